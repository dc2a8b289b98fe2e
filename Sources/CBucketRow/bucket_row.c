#include "bucket_row.h"
