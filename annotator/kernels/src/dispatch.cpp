#include "dispatch.h"

#include <atomic>
#include <cstring>

#if defined(_MSC_VER) && !defined(__clang__)
#include <immintrin.h>
#include <intrin.h>
#endif

#if defined(TS_X86)
namespace sse2 {
extern const ts::Table table;
}
namespace avx2 {
extern const ts::Table table;
}
namespace avx512 {
extern const ts::Table table;
}
#elif defined(TS_ARM64)
namespace neon {
extern const ts::Table table;
}
#endif

namespace ts {
namespace {

#if defined(TS_X86)
#if defined(_MSC_VER) && !defined(__clang__)
bool has(int leaf, int reg, int bit) {
    int registers[4];
    __cpuid(registers, 0);
    if (registers[0] < leaf) return false;
    __cpuidex(registers, leaf, 0);
    return registers[reg] >> bit & 1;
}
// The operating system must save the wide registers too: XCR0 bits for SSE, AVX and, for AVX-512, the three of its
// state.
bool saves(unsigned long long state) { return has(1, 2, 27) && (_xgetbv(0) & state) == state; }
bool has_avx2() { return has(7, 1, 5) && has(1, 2, 12) && saves(0x6); }
// F, DQ, CD, BW and VL: this compiler has no option for F alone.
bool has_avx512() {
    for (const int bit : {16, 17, 28, 30, 31}) {
        if (!has(7, 1, bit)) return false;
    }
    return has_avx2() && saves(0xe6);
}
#else
// These builtins also ask whether the operating system saves the registers.
bool has_avx2() { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }
bool has_avx512() { return __builtin_cpu_supports("avx512f") && has_avx2(); }
#endif
#endif

// The best usable implementation that is accepted, or null.
template <typename Accept>
const Table* first(Accept accept) {
#if defined(TS_X86)
    if (has_avx512() && accept(avx512::table)) return &avx512::table;
    if (has_avx2() && accept(avx2::table)) return &avx2::table;
    if (accept(sse2::table)) return &sse2::table;
#elif defined(TS_ARM64)
    if (accept(neon::table)) return &neon::table;
#endif
    return nullptr;
}

std::atomic<const Table*>& chosen() {
    static std::atomic<const Table*> table{first([](const Table&) { return true; })};
    return table;
}

}  // namespace

const Table& table() { return *chosen().load(std::memory_order_acquire); }

bool select(const char* isa) {
    const Table* wanted = first([isa](const Table& t) { return std::strcmp(t.isa, isa) == 0; });
    if (wanted) chosen().store(wanted, std::memory_order_release);
    return wanted != nullptr;
}

}  // namespace ts
