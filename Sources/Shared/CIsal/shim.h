#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>

// A macro that Swift cannot import.
static const uint32_t isal_level1_buffer_size = ISAL_DEF_LVL1_DEFAULT;
