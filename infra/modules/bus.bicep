// Service Bus carries bells between instances. One queue a bell; the names are those of bellNames in
// shared/platform/platform.ts, which test/infra/templates.test.ts holds.
@description('Azure region.')
param location string

@description('Tags of the namespace.')
param tags object

@description('Name of the namespace.')
param name string

@description('Object id of the app\'s identity.')
param principalId string

var bells = ['estimate', 'validate', 'execute', 'learn', 'wake', 'ask', 'deliver']
var dataSender = '69a216fc-b8fb-44d8-bc22-1f3c2cd27a39'
var dataReceiver = '4f6d3b9b-027b-4f4c-9142-0e5a2a2247e0'

resource namespace 'Microsoft.ServiceBus/namespaces@2024-01-01' = {
  name: name
  location: location
  tags: tags
  sku: { name: 'Standard', tier: 'Standard' }
  properties: {
    disableLocalAuth: true
    minimumTlsVersion: '1.2'
    publicNetworkAccess: 'Enabled'
  }
}

// A bell says only "look at this row". Heard twice it does nothing, so duplicates are let through: a detected one
// would swallow a bell that was rung again on purpose. One that is lost, or a day old, is made up for by the sweep.
resource queues 'Microsoft.ServiceBus/namespaces/queues@2024-01-01' = [
  for bell in bells: {
    parent: namespace
    name: bell
    properties: {
      requiresDuplicateDetection: false
      requiresSession: false
      lockDuration: 'PT5M' // it outlasts every stage, and the SDK does not renew it
      maxDeliveryCount: 10
      defaultMessageTimeToLive: 'P1D'
      deadLetteringOnMessageExpiration: false
      enableBatchedOperations: true
    }
  }
]

resource send 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (bell, i) in bells: {
    name: guid(queues[i].id, principalId, dataSender)
    scope: queues[i]
    properties: {
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', dataSender)
      principalId: principalId
      principalType: 'ServicePrincipal'
    }
  }
]

resource receive 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (bell, i) in bells: {
    name: guid(queues[i].id, principalId, dataReceiver)
    scope: queues[i]
    properties: {
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', dataReceiver)
      principalId: principalId
      principalType: 'ServicePrincipal'
    }
  }
]

@description('Host name of the namespace.')
output endpoint string = '${namespace.name}.servicebus.windows.net'
