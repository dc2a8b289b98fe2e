/// The hasher of string keys where strings do not look as `StringHash` knows them: the same hash by way of public API.
struct PortableStringHasher: MapHasher {
  func hash(_ key: String, seed: UInt64) -> UInt64 { StringHash.slowHash(key, seed: seed) }
}
