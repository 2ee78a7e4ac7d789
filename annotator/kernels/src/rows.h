// The last three rows of a strip of an image, for 3 x 3 windows that slide down it.
#pragma once

#include "elementary.h"

namespace TS_ISA {

TS_INLINE void zero(float* p, ptrdiff_t count) { memset(p, 0, static_cast<size_t>(count) * sizeof(float)); }

// Columns first..first + count of an image `width` wide; those outside it are zero. `inside_*` bound the rest.
struct Columns {
    int first, count;
    int inside_first, inside_end;
};

// The columns under 3-wide windows with padding 1, for outputs first..first + count.
TS_INLINE Columns columns_under(int first, int count, int stride, int width) {
    const int begin = first * stride - 1, n = (count - 1) * stride + 3;
    return {begin, n, most(begin, 0), least(begin + n, width)};
}

class RowRing {
  public:
    // `memory` holds size(columns, channels) floats.
    RowRing(float* memory, const Columns& columns, int channels, int height)
        : memory_(memory), columns_(columns), channels_(channels), height_(height), filled_(-2) {
        zero(memory, size(columns.count, channels));
    }

    static ptrdiff_t size(int columns, int channels) { return 3 * static_cast<ptrdiff_t>(columns) * channels; }

    // Forget everything above row `first`, which comes next.
    void start(int first) { filled_ = first - 1; }

    // Point `rows` at rows first..first + 3. Rows not yet there are made by fill(row, inside), which writes the columns
    // inside the image, from columns.inside_first on, at `inside`; rows outside the image are zero.
    template <typename Fill>
    void provide(int first, const Fill& fill, const float* rows[3]) {
        const ptrdiff_t size = static_cast<ptrdiff_t>(columns_.count) * channels_;
        for (int i = 0; i < 3; ++i) {
            const int row = first + i;
            float* slot = memory_ + (row + 3) % 3 * size;
            if (row > filled_) {
                if (row < 0 || row >= height_) {
                    zero(slot, size);
                } else {
                    fill(row, slot + static_cast<ptrdiff_t>(columns_.inside_first - columns_.first) * channels_);
                }
                filled_ = row;
            }
            rows[i] = slot;
        }
    }

  private:
    float* memory_;
    Columns columns_;
    int channels_, height_;
    int filled_;
};

// Outputs `x`..`x + count` of one row of a depthwise 3 x 3 convolution.
template <int stride, int count, bool with_gelu>
static void depthwise_pixels(const float* const rows[3], int x, int channels, const float* TS_RESTRICT weight,
                             const float* TS_RESTRICT bias, float* TS_RESTRICT out) {
    constexpr int kColumns = (count - 1) * stride + 3;
    for (int c = 0; c < channels; c += kLanes) {
        vec sums[count];
        TS_UNROLL
        for (int i = 0; i < count; ++i) sums[i] = load(bias + c);
        TS_UNROLL
        for (int ky = 0; ky < 3; ++ky) {
            const float* row = rows[ky] + static_cast<ptrdiff_t>(x) * stride * channels + c;
            vec w[3];
            TS_UNROLL
            for (int kx = 0; kx < 3; ++kx) w[kx] = load(weight + (ky * 3 + kx) * channels + c);
            TS_UNROLL
            for (int column = 0; column < kColumns; ++column) {
                const vec pixel = load(row + column * channels);
                TS_UNROLL
                for (int i = 0; i < count; ++i) {
                    const int kx = column - i * stride;
                    if (kx >= 0 && kx < 3) sums[i] = fma(pixel, w[kx], sums[i]);
                }
            }
        }
        if constexpr (with_gelu) gelu<count>(sums);
        TS_UNROLL
        for (int i = 0; i < count; ++i) store(out + static_cast<ptrdiff_t>(x + i) * channels + c, sums[i]);
    }
}

// One row of `count` outputs; rows are padded by one column on either side.
template <int stride, bool with_gelu>
static void depthwise_row(const float* const rows[3], int count, int channels, const float* weight, const float* bias,
                          float* out) {
    int x = 0;
    for (; x + 4 <= count; x += 4) depthwise_pixels<stride, 4, with_gelu>(rows, x, channels, weight, bias, out);
    for (; x < count; ++x) depthwise_pixels<stride, 1, with_gelu>(rows, x, channels, weight, bias, out);
}

}  // namespace TS_ISA
