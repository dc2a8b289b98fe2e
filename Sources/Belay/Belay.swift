@_exported import BelayBoundary
@_exported import BelayMap
@_exported import BelayMemory
