// Attention of a few tokens over all cells of an image whose keys and values are known, in chunks.
#pragma once

#include "decoder_chunks.h"
#include "decoder_heads.h"
#include "pool.h"

namespace TS_ISA {
namespace tokens_to_heads {

constexpr int kChunk = ts::TokensToHeads::kChunk;

struct Plan {
    ts::TokensToHeads args;
    int chunks;
};

TS_INLINE chunks::Partial partial_of(const Plan& p, int prompt, int chunk) {
    return chunks::partial_of(p.args.workspace, prompt * p.chunks + chunk, p.args.columns, p.args.depth);
}

static void pool_chunk(const void* context, int index, float* scores) {
    const Plan& p = *static_cast<const Plan*>(context);
    const ts::TokensToHeads& a = p.args;
    const int prompt = index / p.chunks, chunk = index % p.chunks;
    const int first = chunk * kChunk, cells = least(kChunk, a.cells - first);
    const ptrdiff_t offset = static_cast<ptrdiff_t>(first) * a.depth * ts::kHeads;
    const float* const queries = a.queries + static_cast<ptrdiff_t>(prompt) * a.columns * a.depth;
    const chunks::Partial out = partial_of(p, prompt, chunk);
    heads::score(a.keys + offset, cells, a.depth, queries, a.columns, nullptr, scores);
    chunks::soften_columns(scores, cells, a.columns, out.largest, out.total);
    heads::pool(scores, a.columns, a.values + offset, cells, a.depth, out.pooled);
}

// One register of one prompt's columns: the chunks' sums, as if all had counted from the largest score of all.
static void join_chunks(const void* context, int index, float*) {
    const Plan& p = *static_cast<const Plan*>(context);
    const ts::TokensToHeads& a = p.args;
    const int across = a.columns / kLanes, prompt = index / across, column = index % across * kLanes;
    const ptrdiff_t place = static_cast<ptrdiff_t>(column / kPanel) * a.depth * kPanel + column % kPanel;
    float* const y = a.y + static_cast<ptrdiff_t>(prompt) * a.columns * a.depth + place;
    vec top = load(partial_of(p, prompt, 0).largest + column);
    for (int i = 1; i < p.chunks; ++i) top = max(top, load(partial_of(p, prompt, i).largest + column));
    for (int d = 0; d < a.depth; ++d) store(y + d * kPanel, splat(0.0f));
    vec total = splat(0.0f);
    for (int i = 0; i < p.chunks; ++i) {
        const chunks::Partial part = partial_of(p, prompt, i);
        const vec share = exponential(sub(load(part.largest + column), top));
        total = fma(share, load(part.total + column), total);
        for (int d = 0; d < a.depth; ++d)
            store(y + d * kPanel, fma(share, load(part.pooled + place + d * kPanel), load(y + d * kPanel)));
    }
    const vec scale = div(splat(1.0f), total);
    for (int d = 0; d < a.depth; ++d) store(y + d * kPanel, mul(load(y + d * kPanel), scale));
}

static bool run(const ts::TokensToHeads& args) {
    const Plan p{args, ceil_div(args.cells, kChunk)};
    const ptrdiff_t scratch = static_cast<ptrdiff_t>(kChunk) * args.columns;
    return ts::run(args.prompts * p.chunks, static_cast<size_t>(scratch), pool_chunk, &p) &&
           ts::run(args.prompts * (args.columns / kLanes), 0, join_chunks, &p);
}

}  // namespace tokens_to_heads
}  // namespace TS_ISA
