#include "belay_live_maps.h"

struct belay_live_map_table belay_live_maps = {
    .magic = {'b', 'e', 'l', 'a', 'y', 'm', 'a', 'p'},
    .version = 1,
    .record_bytes = sizeof(struct belay_live_map),
};

uint8_t belay_live_maps_mode = 0;
