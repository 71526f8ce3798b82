// Muster on Azure: what `azd up` makes. Everything signs in with Entra ID; no key or password is made or kept.
// The plain form: public endpoints, guarded by identity and TLS. See docs/azure.md.
targetScope = 'subscription'

@description('Name of the environment; azd asks for it. Names of resources follow from it.')
@minLength(1)
@maxLength(40)
param environmentName string

@description('Azure region of everything. It must offer Flex Consumption.')
@metadata({ azd: { type: 'location' } })
param location string

@description('Object id, in Entra ID, of who administers the database and may set secrets: the person or group that deploys.')
@minLength(36)
@maxLength(36)
param operatorId string

@description('Name of that person (such as riley@example.org) or group. The database shows it; only the object id counts.')
@minLength(1)
param operatorName string

@description('What operatorId names. The first migration runs as it.')
@allowed(['User', 'Group', 'Application'])
param operatorType string = 'User'

@description('One address, such as 203.0.113.7, from which the operator may reach the database to migrate it. Empty: none but Azure.')
param operatorIp string = ''

@description('Audience of the Entra ID tokens that callers bring: the client id of the app registration. Empty: callers have keys only.')
param apiAudience string = ''

@description('Name of the secret in Key Vault that holds the first admin\'s key. Empty: the first admin comes by an app role.')
param adminKeySecret string = ''

@description('Size of the database. GP_S_… is serverless; it never pauses while Muster runs, since the sweep looks every 15 s.')
@allowed(['S0', 'S1', 'S2', 'S3', 'GP_S_Gen5_1', 'GP_S_Gen5_2', 'GP_S_Gen5_4'])
param databaseSize string = 'S1'

@description('Limit of the scope `month` in US dollars until an admin sets another over the API.')
param monthlyBudgetUsd string = '1000'

@description('Most instances that one function, or all of HTTP together, may have. Each opens up to 10 connections to the database.')
@minValue(1)
@maxValue(1000)
param maximumInstanceCount int = 40

@description('Memory of one instance in MB. What runs is paid by memory and time.')
@allowed([512, 2048, 4096])
param instanceMemoryMB int = 2048

@description('Whether the vault refuses to be purged for 90 days after its deletion. What is sealed is lost with it.')
param purgeProtection bool = true

var tags = { 'azd-env-name': environmentName }
var token = uniqueString(subscription().id, environmentName, location)

resource group 'Microsoft.Resources/resourceGroups@2024-11-01' = {
  name: 'rg-${environmentName}'
  location: location
  tags: tags
}

module identity 'modules/identity.bicep' = {
  scope: group
  params: { location: location, tags: tags, name: 'id-muster-${token}' }
}

module telemetry 'modules/telemetry.bicep' = {
  scope: group
  params: { location: location, tags: tags, token: token, principalId: identity.outputs.principalId }
}

module storage 'modules/storage.bicep' = {
  scope: group
  params: { location: location, tags: tags, name: 'st${token}', principalId: identity.outputs.principalId }
}

module bus 'modules/bus.bicep' = {
  scope: group
  params: { location: location, tags: tags, name: 'sb-muster-${token}', principalId: identity.outputs.principalId }
}

module vault 'modules/vault.bicep' = {
  scope: group
  params: {
    location: location
    tags: tags
    name: 'kv-${token}'
    principalId: identity.outputs.principalId
    operatorId: operatorId
    operatorType: operatorType
    purgeProtection: purgeProtection
  }
}

module database 'modules/database.bicep' = {
  scope: group
  params: {
    location: location
    tags: tags
    serverName: 'sql-muster-${token}'
    size: databaseSize
    operatorId: operatorId
    operatorName: operatorName
    operatorType: operatorType
    operatorIp: operatorIp
  }
}

module app 'modules/app.bicep' = {
  scope: group
  params: {
    location: location
    tags: tags
    token: token
    identityName: identity.outputs.name
    storageName: storage.outputs.name
    deploymentContainer: storage.outputs.deploymentContainer
    insightsName: telemetry.outputs.insightsName
    busEndpoint: bus.outputs.endpoint
    vaultUrl: vault.outputs.url
    sqlServer: database.outputs.server
    sqlDatabase: database.outputs.name
    apiAudience: apiAudience
    adminKeySecret: adminKeySecret
    monthlyBudgetUsd: monthlyBudgetUsd
    maximumInstanceCount: maximumInstanceCount
    instanceMemoryMB: instanceMemoryMB
  }
}

@description('Where Muster listens.')
output MUSTER_URL string = app.outputs.url

@description('Name of the function app.')
output MUSTER_APP_NAME string = app.outputs.name

@description('Resource group of everything.')
output AZURE_RESOURCE_GROUP string = group.name

@description('Tenant whose tokens count.')
output AZURE_TENANT_ID string = tenant().tenantId

@description('Host of the database server, for npm run migrate and npm run doctor.')
output AZURE_SQL_SERVER string = database.outputs.server

@description('The database on it.')
output AZURE_SQL_DATABASE string = database.outputs.name

@description('Name of the app\'s identity: its user in the database is called so.')
output MUSTER_IDENTITY_NAME string = identity.outputs.name

@description('Client id of the app\'s identity. Not called AZURE_CLIENT_ID, which would make tools on your machine sign in as the app.')
output MUSTER_IDENTITY_CLIENT_ID string = identity.outputs.clientId

@description('Name of the vault for secrets and keys.')
output AZURE_KEY_VAULT_NAME string = vault.outputs.name

@description('Address of the vault.')
output AZURE_KEY_VAULT_URL string = vault.outputs.url

@description('Service Bus namespace, for npm run doctor.')
output SERVICEBUS__fullyQualifiedNamespace string = bus.outputs.endpoint
