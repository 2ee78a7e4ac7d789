// All kernels for one instruction set, compiled once per set.
#include "bottleneck.h"
#include "conv_mlp.h"
#include "decoder_dense.h"
#include "decoder_image_to_tokens.h"
#include "decoder_mask_prompt.h"
#include "decoder_masks.h"
#include "decoder_tokens_to_image.h"
#include "neck.h"
#include "patch_embed.h"
#include "window_attention.h"

#define TS_QUOTE_(x) #x
#define TS_QUOTE(x) TS_QUOTE_(x)

namespace TS_ISA {

static_assert(ts::kChannelStep % kPanel == 0, "channel counts must fill whole panels");

extern const ts::Table table = {TS_QUOTE(TS_ISA), kPanel,    patch_embed::run, bottleneck::run,  window_attention::run,
                         conv_mlp::run,    neck::run, dense::run,       mask_prompt::run, tokens_to_image::run,
                         image_to_tokens::run, masks::run};

}  // namespace TS_ISA
