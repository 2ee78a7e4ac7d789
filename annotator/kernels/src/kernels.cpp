// All kernels for one instruction set. Compiled once per set: the build defines TS_ISA and, except for the portable one, TS_USE_*.
#include "bottleneck.h"
#include "conv_mlp.h"
#include "neck.h"
#include "patch_embed.h"
#include "window_attention.h"

#define TS_QUOTE_(x) #x
#define TS_QUOTE(x) TS_QUOTE_(x)

namespace TS_ISA {

static_assert(ts::kChannelStep % kPanel == 0, "channel counts must fill whole panels");

extern const ts::Table table;
const ts::Table table = {TS_QUOTE(TS_ISA),  kPanel,        patch_embed::run, bottleneck::run,
                         window_attention::run, conv_mlp::run, neck::run};

}  // namespace TS_ISA
