/** Which of the two forms each part has, by the settings alone; asked before they are read in full. */

type Given = Readonly<Record<string, unknown>>;

const isSet = (value: unknown): boolean => value !== undefined && value !== '';

/** Everything in memory, whatever else is set. */
export const isMock = ({ AGENT_COMMUNICATION_MODE }: Given): boolean => AGENT_COMMUNICATION_MODE === 'mock';

export const onAzureSql = (given: Given): boolean => !isMock(given) && isSet(given['AZURE_SQL_SERVER']);

export const onServiceBus = (given: Given): boolean =>
  !isMock(given) && (isSet(given['SERVICEBUS']) || isSet(given['SERVICEBUS__fullyQualifiedNamespace']));

/** Whether everything is in this one process, where a sweep costs next to nothing. */
export const inOneProcess = (given: Given): boolean => !onAzureSql(given) && !onServiceBus(given);

/**
 * Whether Azure runs this process. Not every plan says which instance it is: Flex Consumption leaves WEBSITE_INSTANCE_ID
 * out, but all of them name the app.
 */
export const onAzure = ({ WEBSITE_SITE_NAME, WEBSITE_INSTANCE_ID }: Given): boolean =>
  isSet(WEBSITE_SITE_NAME) || isSet(WEBSITE_INSTANCE_ID);
