/** The user of the app's identity in the database: it reads and writes rows, and no more. The schema is the operator's. */
import { z } from 'zod';
import { parameterOf } from './parameters.ts';
import type { Session } from './session.ts';

export const AppUser = z.strictObject({
  name: z.string().min(1).max(128).describe('of the managed identity, by which the user is known'),
  client_id: z.guid().describe('of the same, by which the server knows who signs in'),
});

export type AppUser = z.output<typeof AppUser>;

/**
 * By the client id, the server need not look into the directory, which would take a right that nobody has at first. A user of
 * that name with another id is of an identity that is gone.
 */
export const admit = `
declare @user nvarchar(300) = quotename(@1);
declare @id varbinary(16) = cast(cast(@2 as uniqueidentifier) as varbinary(16));
declare @sid nvarchar(50) = convert(nvarchar(50), @id, 1);
declare @made nvarchar(600) = N'create user ' + @user + N' with sid = ' + @sid + N', type = E;';
declare @gone nvarchar(600) = N'drop user ' + @user + N';';
declare @reads nvarchar(600) = N'alter role db_datareader add member ' + @user + N';';
declare @writes nvarchar(600) = N'alter role db_datawriter add member ' + @user + N';';
if exists (select name from sys.database_principals where name = @1 and sid <> @id) exec sys.sp_executesql @gone;
if not exists (select name from sys.database_principals where name = @1) exec sys.sp_executesql @made;
exec sys.sp_executesql @reads;
exec sys.sp_executesql @writes;`;

/** Makes the user, or leaves it as it is. Throws what the server says, such as that the operator may not. */
export async function admitApp(session: Session, { name, client_id }: AppUser): Promise<void> {
  await session.ask(admit, [parameterOf(name, 'text'), parameterOf(client_id, 'text')]);
}
