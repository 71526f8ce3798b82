// Who the app is. One identity, made before the roles that name it, so that a new app starts with all of them.
@description('Azure region.')
param location string

@description('Tags of the resource.')
param tags object

@description('Name of the identity.')
param name string

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: name
  location: location
  tags: tags
}

@description('Its name.')
output name string = identity.name

@description('Its client id, by which the SDKs find it.')
output clientId string = identity.properties.clientId

@description('Its object id, by which roles are given.')
output principalId string = identity.properties.principalId
