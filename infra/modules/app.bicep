// The function app, on Flex Consumption. Its settings are those of docs/settings.md and of the Functions host.
@description('Azure region.')
param location string

@description('Tags of the resources.')
param tags object

@description('What makes the names unique.')
param token string

@description('Name of the app\'s identity.')
param identityName string

@description('Name of the storage account.')
param storageName string

@description('Container of the package that the app runs.')
param deploymentContainer string

@description('Name of the Application Insights component.')
param insightsName string

@description('Host name of the Service Bus namespace.')
param busEndpoint string

@description('Address of the vault.')
param vaultUrl string

@description('Host of the database server.')
param sqlServer string

@description('Name of the database.')
param sqlDatabase string

@description('Audience of callers\' tokens; empty for none.')
param apiAudience string

@description('Name of the secret with the first admin\'s key; empty for none.')
param adminKeySecret string

@description('First limit of the scope `month` in US dollars.')
param monthlyBudgetUsd string

@description('Most instances of one function, or of all of HTTP together.')
param maximumInstanceCount int

@description('Memory of one instance in MB.')
param instanceMemoryMB int

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' existing = {
  name: identityName
}

resource storage 'Microsoft.Storage/storageAccounts@2025-01-01' existing = {
  name: storageName
}

resource insights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: insightsName
}

var clientId = identity.properties.clientId

resource plan 'Microsoft.Web/serverfarms@2024-11-01' = {
  name: 'plan-muster-${token}'
  location: location
  tags: tags
  kind: 'functionapp'
  sku: { name: 'FC1', tier: 'FlexConsumption' }
  properties: { reserved: true }
}

resource app 'Microsoft.Web/sites@2024-11-01' = {
  name: 'func-muster-${token}'
  location: location
  tags: union(tags, { 'azd-service-name': 'muster' })
  kind: 'functionapp,linux'
  identity: { type: 'UserAssigned', userAssignedIdentities: { '${identity.id}': {} } }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    clientAffinityEnabled: false
    publicNetworkAccess: 'Enabled'
    keyVaultReferenceIdentity: identity.id
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: '${storage.properties.primaryEndpoints.blob}${deploymentContainer}'
          authentication: { type: 'UserAssignedIdentity', userAssignedIdentityResourceId: identity.id }
        }
      }
      runtime: { name: 'node', version: '24' }
      scaleAndConcurrency: { maximumInstanceCount: maximumInstanceCount, instanceMemoryMB: instanceMemoryMB }
    }
    siteConfig: {
      minTlsVersion: '1.2'
      scmMinTlsVersion: '1.2'
      ftpsState: 'Disabled'
      http20Enabled: true
    }
  }

  resource appSettings 'config' = {
    name: 'appsettings'
    properties: {
      AzureWebJobsDisableHomepage: 'true'
      AzureWebJobsStorage__accountName: storage.name
      AzureWebJobsStorage__credential: 'managedidentity'
      AzureWebJobsStorage__clientId: clientId
      SERVICEBUS__fullyQualifiedNamespace: busEndpoint
      SERVICEBUS__credential: 'managedidentity'
      SERVICEBUS__clientId: clientId
      AZURE_SQL_SERVER: sqlServer
      AZURE_SQL_DATABASE: sqlDatabase
      AZURE_KEY_VAULT_URL: vaultUrl
      AZURE_TENANT_ID: tenant().tenantId
      AZURE_CLIENT_ID: clientId
      API_AUDIENCE: apiAudience
      MONTHLY_BUDGET_USD: monthlyBudgetUsd
      APPLICATIONINSIGHTS_CONNECTION_STRING: insights.properties.ConnectionString
      APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'Authorization=AAD;ClientId=${clientId}'
      // Empty counts as not given; a reference to a secret that is not there would reach the app as its own text.
      MUSTER_ADMIN_KEY: empty(adminKeySecret)
        ? ''
        : '@Microsoft.KeyVault(SecretUri=${vaultUrl}secrets/${adminKeySecret})'
    }
  }

  // Deployments sign in with Entra ID too.
  resource ftp 'basicPublishingCredentialsPolicies' = {
    name: 'ftp'
    properties: { allow: false }
  }

  resource scm 'basicPublishingCredentialsPolicies' = {
    name: 'scm'
    properties: { allow: false }
  }
}

@description('Name of the function app.')
output name string = app.name

@description('Where it listens.')
output url string = 'https://${app.properties.defaultHostName}'
