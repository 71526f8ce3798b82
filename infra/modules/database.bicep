// The truth. Only Entra ID signs in; there is no SQL login and no password.
@description('Azure region.')
param location string

@description('Tags of the resources.')
param tags object

@description('Name of the server.')
param serverName string

@description('Size of the database: a service objective.')
param size string

@description('Object id of the server\'s administrator.')
param operatorId string

@description('Name of the server\'s administrator.')
param operatorName string

@description('What operatorId names.')
@allowed(['User', 'Group', 'Application'])
param operatorType string

@description('One address that may connect from outside Azure; empty for none.')
param operatorIp string

var serverless = startsWith(size, 'GP_S_')
var sku = serverless
  ? { name: 'GP_S_Gen5', tier: 'GeneralPurpose', family: 'Gen5', capacity: int(last(split(size, '_'))) }
  : { name: size, tier: 'Standard' }

resource server 'Microsoft.Sql/servers@2023-08-01' = {
  name: serverName
  location: location
  tags: tags
  properties: {
    version: '12.0'
    minimalTlsVersion: '1.2'
    publicNetworkAccess: 'Enabled'
    administrators: {
      administratorType: 'ActiveDirectory'
      azureADOnlyAuthentication: true
      principalType: operatorType
      login: operatorName
      sid: operatorId
      tenantId: tenant().tenantId
    }
  }

  resource database 'databases' = {
    name: 'muster'
    location: location
    tags: tags
    sku: sku
    properties: {
      autoPauseDelay: serverless ? 60 : null
      minCapacity: serverless ? json('0.5') : null
    }
  }

  // Flex Consumption without a virtual network calls from addresses of Azure that are not known beforehand. This lets
  // in the network of Azure as a whole; who gets in is for Entra ID to say. A private network has its own issue.
  resource azure 'firewallRules' = {
    name: 'AllowAllWindowsAzureIps'
    properties: { startIpAddress: '0.0.0.0', endIpAddress: '0.0.0.0' }
  }

  resource operator 'firewallRules' = if (!empty(operatorIp)) {
    name: 'operator'
    properties: { startIpAddress: operatorIp, endIpAddress: operatorIp }
  }
}

@description('Host of the server.')
output server string = server.properties.fullyQualifiedDomainName

@description('Name of the database.')
output name string = server::database.name
