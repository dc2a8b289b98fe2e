extension LSP {
  struct RegistrationParams: Codable, Sendable {
    var registrations: [Registration]
  }
}
