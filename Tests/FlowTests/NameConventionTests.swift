import Testing

@testable import Flow

@Suite struct NameConventionTests {
  @Test(arguments: [
    "thing_free", "ThingFree", "thingDestroy", "thing_delete", "DestroyThing", "free_thing", "thing_close",
    "thing_free2", "HTTPThingFree", "g_widget_free",
    "tox_kill", "thing_drop", "thing_dispose",
  ])
  func ends(_ name: String) {
    let function = NameConvention.function(named: name)
    #expect(function?.parameters == [.frees])
    #expect(function?.confidence == .name)
  }

  @Test(arguments: ["thing_unref", "thingRelease", "thing_release", "gst_thing_unref"])
  func givesBack(_ name: String) { #expect(NameConvention.function(named: name)?.parameters == [.releases]) }

  @Test(arguments: ["thing_ref", "thingRetain", "g_thing_ref"])
  func takes(_ name: String) { #expect(NameConvention.function(named: name)?.parameters == [.retains]) }

  @Test(arguments: ["thing_new", "CreateThing", "thing_create", "thing_dup", "gtk_label_new", "thing_open"])
  func allocates(_ name: String) {
    #expect(NameConvention.function(named: name)?.result == .allocates(release: nil))
  }

  /// Names that a careless reading takes for a free. All but the first are functions of real libraries that leave the object alive.
  @Test(arguments: [
    "thing_set_auto_free", "glfwWindowShouldClose", "glfwSetWindowShouldClose", "g_input_stream_close",
    "gtk_window_close", "gdk_display_close",
    "g_application_release", "leveldb_put", "g_output_stream_is_closed", "gtk_drag_get_data", "close", "free", "", "_",
    "__", "42", "g_permission_acquire",
  ])
  func saysNothing(_ name: String) { #expect(NameConvention.function(named: name) == nil) }

  /// Objects whose memory stays the caller's are emptied and then freed: two ends would be reported as one too many.
  @Test(arguments: ["ma_device_uninit", "thing_deinit", "thing_fini", "rbd_snap_spec_cleanup", "thing_term"])
  func emptyingIsNotFreeing(_ name: String) { #expect(NameConvention.function(named: name) == nil) }

  @Test func wordsOfNames() {
    #expect(NameConvention.words(of: "fooBar_baz2Qux") == ["foo", "bar", "baz", "qux"])
    #expect(NameConvention.words(of: String(repeating: "a_", count: 10_000)).count == 10_000)
  }
}
