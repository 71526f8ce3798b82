import { afterEach, beforeEach, expect, it } from 'vitest';
import { keepSealed } from '../../shared/access/sealed.ts';
import { getTask } from '../../shared/tasks/read.ts';
import { admin, openCrew, type Crew } from './crew.ts';

let crew: Crew;
beforeEach(async () => {
  crew = await openCrew();
  await crew.register('worker_1');
  await seal('sec_1', 'input.login.token', { user: 'root' });
});
afterEach(() => crew.close());

const seal = async (id: string, path: string, value: object) => {
  const sealed = await crew.platform.sealer.seal(JSON.stringify(value), path);
  await crew.platform.db.transaction('seal', (tx) => keepSealed(tx, { id, path, sealed }));
};

it('opens sealed values for the holder, and for nobody else', async () => {
  const input = { login: { token: { $sealed: 'sec_1' }, host: 'x' }, list: [1] };
  const [task_id = ''] = await crew.queue({ input });
  const [task] = await crew.claim('worker_1');
  expect(task?.input).toEqual({ login: { token: { user: 'root' }, host: 'x' }, list: [1] });
  expect(await getTask(crew.platform, admin, { task_id })).toMatchObject({ input });
});

it('leaves a marker closed that stands in another place', async () => {
  const input = { mine: { $sealed: 'sec_1' }, login: { token: { $sealed: 'sec_2' } } };
  await crew.queue({ input });
  const [task] = await crew.claim('worker_1');
  expect(task?.input).toEqual(input);
});
