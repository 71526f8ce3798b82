// Secrets that jobs need, the key that wraps data keys, and the key that signs seals. Roles, no access policies.
@description('Azure region.')
param location string

@description('Tags of the vault.')
param tags object

@description('Name of the vault: 3 to 24 letters, digits and hyphens.')
@minLength(3)
@maxLength(24)
param name string

@description('Object id of the app\'s identity.')
param principalId string

@description('Object id of who sets secrets.')
param operatorId string

@description('What operatorId names.')
@allowed(['User', 'Group', 'Application'])
param operatorType string

@description('Whether a deleted vault can be purged before its 90 days are over.')
param purgeProtection bool

var secretsUser = '4633458b-17de-408a-b874-0445c86b69e6'
var secretsOfficer = 'b86a8fe4-44ce-4948-aee5-eccb2c155cd7'
var cryptoServiceEncryptionUser = 'e147488a-f6f5-4113-8e2d-b22465e65bf6' // get, wrap, unwrap
var cryptoUser = '12338af0-0e69-4776-bea7-57ae8d297424' // the narrowest that may sign; the key itself allows nothing else

resource vault 'Microsoft.KeyVault/vaults@2024-11-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    tenantId: tenant().tenantId
    sku: { family: 'A', name: 'standard' }
    enableRbacAuthorization: true
    enableSoftDelete: true
    softDeleteRetentionInDays: 90
    enablePurgeProtection: purgeProtection ? true : null // once on, it cannot be turned off, and false is refused
    enabledForDeployment: false
    enabledForDiskEncryption: false
    enabledForTemplateDeployment: false
    publicNetworkAccess: 'Enabled'
  }

  resource wrapping 'keys' = {
    name: 'muster-data'
    properties: { kty: 'RSA', keySize: 3072, keyOps: ['wrapKey', 'unwrapKey'] }
  }

  resource signing 'keys' = {
    name: 'muster-seal'
    properties: { kty: 'EC', curveName: 'P-256', keyOps: ['sign', 'verify'] }
  }
}

resource readSecrets 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(vault.id, principalId, secretsUser)
  scope: vault
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', secretsUser)
    principalId: principalId
    principalType: 'ServicePrincipal'
  }
}

resource wrap 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(vault::wrapping.id, principalId, cryptoServiceEncryptionUser)
  scope: vault::wrapping
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', cryptoServiceEncryptionUser)
    principalId: principalId
    principalType: 'ServicePrincipal'
  }
}

resource sign 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(vault::signing.id, principalId, cryptoUser)
  scope: vault::signing
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', cryptoUser)
    principalId: principalId
    principalType: 'ServicePrincipal'
  }
}

resource setSecrets 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(vault.id, operatorId, secretsOfficer)
  scope: vault
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', secretsOfficer)
    principalId: operatorId
    principalType: operatorType == 'Application' ? 'ServicePrincipal' : operatorType
  }
}

@description('Name of the vault.')
output name string = vault.name

@description('Address of the vault.')
output url string = vault.properties.vaultUri
