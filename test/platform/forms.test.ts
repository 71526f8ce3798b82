import { describe, expect, it } from 'vitest';
import { inOneProcess, onAzureSql, onServiceBus } from '../../shared/platform/forms.ts';

describe('the form of each part', () => {
  it.each([
    [{}, [false, false, true]],
    [{ AZURE_SQL_SERVER: 'sql.test' }, [true, false, false]],
    [{ SERVICEBUS: 'Endpoint=sb://bus.test' }, [false, true, false]],
    [{ SERVICEBUS__fullyQualifiedNamespace: 'bus.test' }, [false, true, false]],
    [{ AZURE_SQL_SERVER: '', SERVICEBUS: '', SERVICEBUS__fullyQualifiedNamespace: '' }, [false, false, true]],
  ])('follows from %j', (settings, forms) => {
    expect([onAzureSql(settings), onServiceBus(settings), inOneProcess(settings)]).toEqual(forms);
  });
});
