/** Which settings of the environment count where a command chooses all others itself: those of Service Bus. */

const name = /^(SERVICEBUS(__.*)?|AZURE_(TENANT_ID|CLIENT_ID|CLIENT_SECRET)|IDENTITY_ENDPOINT)$/;

/** With none of them, bells ring in the process. */
export const busSettings = (environment: Record<string, string | undefined>): Record<string, string | undefined> =>
  Object.fromEntries(Object.entries(environment).filter(([key]) => name.test(key)));
