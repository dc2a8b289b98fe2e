@_exported import BelayMap
@_exported import BelayMemory
