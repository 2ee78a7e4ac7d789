// The image as one prompt sees it, cell by cell, without ever being in memory.
//
// Each attention of the image over the tokens adds to a cell a combination of few rows, one for each head of each
// token, and a norm then scales it. So whatever linear map of the image is wanted, of a cell it is
//
//     scale * (the map of the encoder's image)  +  coefficients . (the map of the rows)  +  (the map of the position)
//
// The first is the same for all prompts and computed once for an image; the rows are a prompt's own and few; the last
// is a constant of the network. A cell's `state` is its scale, which is its first number, and its coefficients. The
// scale also counts as a coefficient, of a first row.
#pragma once

#include "elementary.h"

namespace TS_ISA {
namespace cells {

// Of `count` cells, `width` numbers each: out = scale * image, plus what belongs to their places unless that is null.
static void place(const float* image, const float* places, const float* state, int depth, int count, int width,
                  float* out) {
    for (int i = 0; i < count; ++i, state += depth, image += width, out += width) {
        const vec scale = splat(state[0]);
        if (places) {
            for (int c = 0; c < width; c += kLanes) store(out + c, fma(scale, load(image + c), load(places + c)));
            places += width;
        } else {
            for (int c = 0; c < width; c += kLanes) store(out + c, mul(scale, load(image + c)));
        }
    }
}

}  // namespace cells
}  // namespace TS_ISA
