// Runs every kernel on random sizes, in buffers of exactly the right length, and compares with the plain formulas.
//
//     fuzz ROUNDS SEED
//
// Meant to be built with sanitizers, or for another processor. Linked with entry.cpp, pool.cpp and one kernels.cpp
// built as TS_ISA=tested; it stands in for dispatch.cpp. Prints the largest difference as a share of what rounding may
// account for, and ends with 1 when something was wrong.
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "fuzz_decoder.h"
#include "fuzz_encoder.h"

namespace ts {
const Table& table() { return tested::table; }
bool select(const char*) { return false; }
}  // namespace ts

extern "C" int ts_set_threads(int);

namespace {

// Two callers at once, and one who changes the number of threads, for the thread sanitizer; results are checked
// elsewhere.
void callers() {
    const int channels = 32;
    const auto work = [] {
        for (int i = 0; i < 20; ++i) {
            std::vector<Array> arrays;
            const auto zeros = [](std::vector<int64_t> shape) {
                size_t size = 1;
                for (int64_t s : shape) size *= static_cast<size_t>(s);
                return array(Values(size, 0.0), std::move(shape));
            };
            arrays.push_back(zeros({30, 30, channels}));
            arrays.push_back(zeros({3, 3, channels}));
            arrays.push_back(zeros({channels}));
            arrays.push_back(zeros({channels / tested::table.panel, channels, tested::table.panel}));
            arrays.push_back(zeros({channels}));
            arrays.push_back(zeros({channels / tested::table.panel, channels, tested::table.panel}));
            arrays.push_back(zeros({channels}));
            arrays.push_back(zeros({30, 30, channels}));
            call(TsConvMlp, arrays);
        }
    };
    std::thread first(work), second(work), third([] {
        for (int i = 0; i < 20; ++i) ts_set_threads(1 + i % 3);
    });
    first.join();
    second.join();
    third.join();
}

}  // namespace

int main(int count, char** words) {
    if (count != 3) {
        std::fprintf(stderr, "usage: fuzz ROUNDS SEED\n");
        return 2;
    }
    random_engine.seed(static_cast<unsigned>(std::stoul(words[2])));
    for (int round = 0, rounds = std::atoi(words[1]); round < rounds && !failed; ++round) {
        ts_set_threads(any(1, 3));
        patch_embed();
        bottleneck(1, true);
        bottleneck(1, false);
        bottleneck(2, false);
        window_attention();
        conv_mlp();
        neck();
        dense(false);
        dense(true);
        dense_norm();
        tokens_to_image();
        image_to_tokens();
        masks();
        mask_prompt();
        callers();
    }
    std::printf("largest difference %.2g of what is allowed\n", worst);
    return failed ? 1 : 0;
}
