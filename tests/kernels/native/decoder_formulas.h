// The decoder's kernels in double, one loop after the other. Prompts are the slowest axis; weights are not packed.
#pragma once

#include "formulas.h"

namespace formulas {

struct Attention {
    int prompts, images, cells, channels, columns;  // images: 1 for all prompts, or one for each

    double cell(const Values& x, int prompt, int cell, int channel) const {
        return x[(static_cast<size_t>(images == 1 ? 0 : prompt) * cells + cell) * channels + channel];
    }
    // Of a cell at its position and one of the prompt's columns.
    double score(const Values& x, const Values& positions, const Values& columns_, int prompt, int at,
                 int column) const {
        double sum = 0.0;
        for (int c = 0; c < channels; ++c)
            sum += (cell(x, prompt, at, c) + positions[at * channels + c]) *
                   columns_[(static_cast<size_t>(prompt) * columns + column) * channels + c];
        return sum;
    }
};

inline void softmax(Values& v) {
    double top = -1e300, total = 0.0;
    for (double s : v) top = std::max(top, s);
    for (double& s : v) total += s = std::exp(s - top);
    for (double& s : v) s /= total;
}

// -> (prompts, columns, channels)
inline Values tokens_to_image(const Attention& a, const Values& x, const Values& positions, const Values& queries) {
    Values y(static_cast<size_t>(a.prompts) * a.columns * a.channels, 0.0);
    for (int p = 0; p < a.prompts; ++p) {
        for (int column = 0; column < a.columns; ++column) {
            Values weights(a.cells);
            for (int i = 0; i < a.cells; ++i) weights[i] = a.score(x, positions, queries, p, i, column);
            softmax(weights);
            double* const out = &y[(static_cast<size_t>(p) * a.columns + column) * a.channels];
            for (int i = 0; i < a.cells; ++i) {
                for (int c = 0; c < a.channels; ++c) out[c] += weights[i] * a.cell(x, p, i, c);
            }
        }
    }
    return y;
}

// What comes before the norm: x + bias + attention of the cells over the tokens, each head for itself; a column is
// token * heads + head. score(prompt, cell, column) is without the key's bias. -> (prompts, cells, channels)
template <typename Score>
Values image_to_tokens(const Attention& a, int heads, const Values& x, const Score& score, const Values& key_bias,
                       const Values& values, const Values& bias) {
    Values y(static_cast<size_t>(a.prompts) * a.cells * a.channels);
    for (int p = 0; p < a.prompts; ++p) {
        for (int i = 0; i < a.cells; ++i) {
            double* const out = &y[(static_cast<size_t>(p) * a.cells + i) * a.channels];
            for (int c = 0; c < a.channels; ++c) out[c] = a.cell(x, p, i, c) + bias[c];
            for (int head = 0; head < heads; ++head) {
                Values weights(a.columns / heads);
                for (size_t t = 0; t < weights.size(); ++t) {
                    const int column = static_cast<int>(t) * heads + head;
                    weights[t] = score(p, i, column) + key_bias[p * a.columns + column];
                }
                softmax(weights);
                for (size_t t = 0; t < weights.size(); ++t) {
                    const size_t column = static_cast<size_t>(p) * a.columns + t * heads + head;
                    for (int c = 0; c < a.channels; ++c) out[c] += weights[t] * values[column * a.channels + c];
                }
            }
        }
    }
    return y;
}

// What each cell has for each head, (cells, depth, heads), against columns of (prompts, tokens, heads, depth).
struct Heads {
    int heads, depth, columns;

    double at(const Values& cells, int cell, int d, int column) const {
        return cells[(static_cast<size_t>(cell) * depth + d) * heads + column % heads];
    }
    double score(const Values& cells, const Values& columns_, int prompt, int cell, int column) const {
        double sum = 0.0;
        for (int d = 0; d < depth; ++d)
            sum += at(cells, cell, d, column) * columns_[(static_cast<size_t>(prompt) * columns + column) * depth + d];
        return sum;
    }
};

// -> (prompts, columns, depth)
inline Values tokens_to_heads(const Heads& h, int prompts, int cells, const Values& keys, const Values& values,
                              const Values& queries) {
    Values y(static_cast<size_t>(prompts) * h.columns * h.depth, 0.0);
    for (int p = 0; p < prompts; ++p) {
        for (int column = 0; column < h.columns; ++column) {
            Values weights(cells);
            for (int i = 0; i < cells; ++i) weights[i] = h.score(keys, queries, p, i, column);
            softmax(weights);
            double* const out = &y[(static_cast<size_t>(p) * h.columns + column) * h.depth];
            for (int i = 0; i < cells; ++i) {
                for (int d = 0; d < h.depth; ++d) out[d] += weights[i] * h.at(values, i, d, column);
            }
        }
    }
    return y;
}

// Cells whose `depth` channels each became 2 x 2 x out/4: (prompts, side, side, out) -> (prompts, 2 side, 2 side,
// out/4)
inline Values spread(const Values& x, int side, int out) {
    const int depth = out / 4;
    Values y(x.size());
    for (size_t cell = 0; cell < x.size() / out; ++cell) {
        const size_t prompt = cell / (static_cast<size_t>(side) * side);
        const size_t row = cell / side % side, column = cell % side;
        for (int i = 0; i < out; ++i) {
            const size_t to_row = 2 * row + i / depth / 2, to_column = 2 * column + i / depth % 2;
            y[((prompt * 2 * side + to_row) * 2 * side + to_column) * depth + i % depth] = x[cell * out + i];
        }
    }
    return y;
}

// The opposite: 2 x 2 pixels side by side in the channels of one.
inline Values gathered(const Values& x, int side, int channels) {
    Values y(x.size());
    const size_t half = side / 2;
    for (size_t pixel = 0; pixel < x.size() / channels; ++pixel) {
        const size_t prompt = pixel / (static_cast<size_t>(side) * side);
        const size_t row = pixel / side % side, column = pixel % side;
        const size_t cell = (prompt * half + row / 2) * half + column / 2, quarter = row % 2 * 2 + column % 2;
        for (int c = 0; c < channels; ++c) y[(cell * 4 + quarter) * channels + c] = x[pixel * channels + c];
    }
    return y;
}

}  // namespace formulas
