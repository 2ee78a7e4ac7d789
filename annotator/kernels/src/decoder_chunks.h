// Softmax over all cells of an image in chunks of them: each counts from its own largest score, and what the chunks
// found is brought together at the end.
#pragma once

#include "elementary.h"

namespace TS_ISA {
namespace chunks {

// What a chunk found: for each column its largest score, the sum of exp(score - largest), and `depth` sums of what the
// cells have, weighted by that.
struct Partial {
    float *largest, *total, *pooled;
};

// Where chunk `number`, counted over all prompts, keeps it in the workspace.
TS_INLINE Partial partial_of(float* workspace, int number, int columns, int depth) {
    float* const memory = workspace + static_cast<ptrdiff_t>(number) * columns * (depth + 2);
    return {memory, memory + columns, memory + 2 * columns};
}

// Replace scores by exp(score - the column's largest), and sum them up: tops and total, one for each column.
static void soften_columns(float* scores, int cells, int columns, float* tops, float* total) {
    memcpy(tops, scores, static_cast<size_t>(columns) * sizeof(float));
    for (int k = 1; k < cells; ++k) {
        const float* row = scores + static_cast<ptrdiff_t>(k) * columns;
        for (int j = 0; j < columns; j += kLanes) store(tops + j, max(load(tops + j), load(row + j)));
    }
    memset(total, 0, static_cast<size_t>(columns) * sizeof(float));
    for (int k = 0; k < cells; ++k) {
        float* row = scores + static_cast<ptrdiff_t>(k) * columns;
        for (int j = 0; j < columns; j += kLanes) {
            const vec e = exponential(sub(load(row + j), load(tops + j)));
            store(row + j, e);
            store(total + j, add(load(total + j), e));
        }
    }
}

}  // namespace chunks
}  // namespace TS_ISA
