// Arenas, callbacks and exports of `belay.h` in C++.
#include <belay.h>

#include <cstdio>
#include <map>
#include <string>

namespace {
struct Row {
  belay_string name;
  double value;
};

int32_t convert(const belay_item *item, void *entry, belay_handle arena, void *) {
  Row *row = static_cast<Row *>(entry);
  row->value = *static_cast<double *>(item->value);
  return belay_arena_string(arena, item->id.bytes, item->id.length, &row->name);
}
}  // namespace

int main() {
  belay_handle registry = 0;
  if (belay_registry_create(&registry) != BELAY_OK) return 1;
  std::map<std::string, double> values = {{"one", 1.0}, {"two", 2.0}, {"a name that is longer than sixteen bytes", 3.0}};
  auto drop = [](void *pointer, void *) { delete static_cast<double *>(pointer); };
  for (const auto &entry : values)
    if (belay_registry_add(registry, entry.first.c_str(), new double(entry.second), drop, nullptr) != BELAY_OK) return 2;
  belay_export exported;
  if (belay_export_items(registry, sizeof(Row), convert, nullptr, &exported) != BELAY_OK) return 3;
  std::map<std::string, double> read;
  const Row *rows = static_cast<const Row *>(exported.entries);
  for (std::size_t i = 0; i < exported.count; i++)
    read.emplace(std::string(rows[i].name.bytes, rows[i].name.length), rows[i].value);
  if (read != values) return 4;
  if (belay_export_free(&exported) != BELAY_OK || belay_registry_end(registry) != BELAY_OK) return 5;

  std::string seen;
  belay_handle callback = 0;
  auto append = [](void *argument, void *context) {
    static_cast<std::string *>(context)->append(*static_cast<std::string *>(argument));
  };
  if (belay_callback_create(BELAY_REPEATED, append, &seen, nullptr, &callback) != BELAY_OK) return 6;
  std::string word = "word";
  if (belay_callback_call(belay_handle_to_context(callback), &word) != BELAY_OK || seen != "word") return 7;
  if (belay_callback_cancel(callback) != BELAY_OK) return 8;
  if (belay_callback_call(belay_handle_to_context(callback), &word) != BELAY_STALE || seen != "word") return 9;
  std::puts("ok");
  return 0;
}
