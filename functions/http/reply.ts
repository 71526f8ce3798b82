/** An answer with more than its body: another status, a place, headers. */

export interface ReplyOptions {
  status?: number;
  /** The path of what was made or is being made. */
  location?: string;
  headers?: Record<string, string>;
}

export class Reply<Body> {
  readonly body: Body;
  readonly options: ReplyOptions;

  constructor(body: Body, options: ReplyOptions) {
    this.body = body;
    this.options = options;
  }
}

export const reply = <Body>(body: Body, options: ReplyOptions): Reply<Body> => new Reply(body, options);

/** Another representation than the usual one, of a type that the route names under `also`. */
export const replyAs = (media: string, body: unknown): Reply<never> =>
  new Reply(body as never, { headers: { 'content-type': media } }); // checked against the schema of that type
