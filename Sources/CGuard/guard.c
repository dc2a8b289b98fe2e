// The declarations in include/ are all there is: the guard itself is built by itself, see Sources/BelayGuard.
