// The library's C functions.
//
// Every kernel has the signature of a MindSpore ahead-of-time custom operator, and is called by ctypes in the same way:
// arrays of pointers, ranks, shapes and type names, inputs first and the output last. All sizes follow from the shapes.
// A kernel returns 0, kMisfit when the arguments do not fit together, or kNoMemory.
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>

#include "dispatch.h"
#include "pool.h"

#if defined(_WIN32)
#define TS_EXPORT extern "C" __declspec(dllexport)
#else
#define TS_EXPORT extern "C" __attribute__((visibility("default")))
#endif

#define TS_KERNEL(name)                                                                                            \
    TS_EXPORT int name(int count, void** data, int* ranks, int64_t** shapes, const char** types, void* /*stream*/, \
                       void* /*extra*/)

namespace {

constexpr int kMisfit = 1, kNoMemory = 2;
constexpr int kAbiVersion = 4;
constexpr int kMostThreads = 1024;
constexpr int64_t kLargestSize = 1 << 24;  // so that small multiples of a size fit an int

int64_t rounded_up(int64_t a, int64_t step) { return (a + step - 1) / step * step; }

// Reads arguments in order, and remembers whether one did not have the shape it should.
class Arguments {
  public:
    Arguments(int count, void** data, int* ranks, int64_t** shapes, const char** types)
        : count_(count), data_(data), ranks_(ranks), shapes_(shapes), types_(types) {}

    // The next argument must have this rank; its sizes are then read with size().
    float* next(int rank) {
        ++at_;
        if (at_ >= count_ || ranks_[at_] != rank || std::strcmp(types_[at_], "float32") != 0) {
            fits_ = false;
            return nullptr;
        }
        for (int i = 0; i < rank; ++i) require(shapes_[at_][i] > 0 && shapes_[at_][i] <= kLargestSize);
        return static_cast<float*>(data_[at_]);
    }

    int size(int axis) const { return fits_ ? static_cast<int>(shapes_[at_][axis]) : 0; }

    // The next argument must have exactly this shape.
    template <typename... Sizes>
    float* next_of(Sizes... sizes) {
        float* result = next(static_cast<int>(sizeof...(sizes)));
        int axis = 0;
        (require(size(axis++) == static_cast<int64_t>(sizes)), ...);
        return result;
    }

    // A packed weight: (outputs / panel, depth, panel).
    const float* packed(int depth) {
        const int panel = ts::table().panel;
        const float* result = next(3);
        require(size(1) == depth && size(2) == panel);
        require(outputs() % ts::kChannelStep == 0 && outputs() <= kLargestSize);
        return result;
    }
    int outputs() const { return fits_ ? size(0) * ts::table().panel : 0; }

    // A packed weight for each prompt: (prompts, outputs / panel, depth, panel).
    const float* packed_each(int prompts, int outputs, int depth) {
        const int panel = ts::table().panel;
        require(outputs % panel == 0);
        return next_of(prompts, outputs / panel, depth, panel);
    }

    void require(bool condition) { fits_ = fits_ && condition; }

    // Every argument was read, and all fit.
    bool complete() const { return fits_ && at_ == count_ - 1; }

  private:
    int count_;
    void** data_;
    int* ranks_;
    int64_t** shapes_;
    const char** types_;
    int at_ = -1;
    bool fits_ = true;
};

// The states of an image's cells, (1 or P, N, S): for all prompts, or for each. Returns how many there are.
template <typename Attention>
int read_state(Arguments& in, Attention& a) {
    a.state = in.next(3);
    a.cells = in.size(1), a.state_depth = in.size(2);
    a.state_stride = in.size(0) == 1 ? 0 : static_cast<ptrdiff_t>(a.cells) * a.state_depth;
    return in.size(0);
}

// What a cell has for each head, (N, depth * heads), the heads' numbers at one depth side by side, and the same of its
// place.
template <typename Attention>
const float* read_heads(Arguments& in, Attention& a) {
    const float* result = in.next(2);
    a.depth = in.size(1) / ts::kHeads;
    in.require(a.depth > 0 && a.depth % ts::kHeads == 0 && a.depth * ts::kHeads == in.size(1));
    in.require(in.size(0) == a.cells);
    a.places = in.next_of(a.cells, a.depth * ts::kHeads);
    return result;
}

// Two that each prompt has packed: against the cells' heads, and against their states. The first tells how many prompts
// there are.
template <typename Attention>
const float* read_columns(Arguments& in, Attention& a, int states) {
    const int panel = ts::table().panel;
    const float* result = in.next(4);
    a.prompts = in.size(0), a.columns = in.size(1) * panel;
    in.require(in.size(2) == a.depth && in.size(3) == panel && (states == 1 || states == a.prompts));
    in.require(a.columns % ts::kHeads == 0);
    a.shares = in.packed_each(a.prompts, a.columns, a.state_depth);
    return result;
}

int outcome(bool had_memory) { return had_memory ? 0 : kNoMemory; }

int bottleneck(Arguments in, int stride, bool residual) {
    ts::Bottleneck a{};
    a.x = in.next(3);
    a.height = in.size(0), a.width = in.size(1), a.channels = in.size(2);
    a.expand = in.packed(a.channels);
    a.hidden = in.outputs();
    a.expand_bias = in.next_of(a.hidden);
    a.depthwise = in.next_of(3, 3, a.hidden);
    a.depthwise_bias = in.next_of(a.hidden);
    a.project = in.packed(a.hidden);
    a.outputs = in.outputs();
    a.project_bias = in.next_of(a.outputs);
    a.stride = stride;
    a.y = in.next_of((a.height - 1) / stride + 1, (a.width - 1) / stride + 1, a.outputs);
    a.residual = residual;
    in.require(!residual || a.channels == a.outputs);
    return in.complete() ? outcome(ts::table().bottleneck(a)) : kMisfit;
}

int dense(Arguments in, bool relu, bool norm) {
    ts::Dense a{};
    a.x = in.next(2);
    a.rows = in.size(0), a.depth = in.size(1);
    a.weight = in.packed(a.depth);
    a.outputs = in.outputs();
    a.bias = in.next_of(a.outputs);
    a.relu = relu;
    if (norm) {
        a.residual = in.next_of(a.rows, a.outputs);
        a.scale = in.next_of(a.outputs);
        a.shift = in.next_of(a.outputs);
    }
    a.y = in.next_of(a.rows, a.outputs);
    return in.complete() ? outcome(ts::table().dense(a)) : kMisfit;
}

}  // namespace

// image (3, H, W), packed first (27), bias, packed second (9 * hidden), bias -> (H / 4, W / 4, outputs). The depth of a
// convolution's weight runs over ky, kx, channel.
TS_KERNEL(TsPatchEmbed) {
    Arguments in(count, data, ranks, shapes, types);
    ts::PatchEmbed a{};
    a.image = in.next(3);
    in.require(in.size(0) == 3 && in.size(1) % 4 == 0 && in.size(2) % 4 == 0);
    a.height = in.size(1), a.width = in.size(2);
    a.first = in.packed(27);
    a.hidden = in.outputs();
    a.first_bias = in.next_of(a.hidden);
    a.second = in.packed(9 * a.hidden);
    a.outputs = in.outputs();
    a.second_bias = in.next_of(a.outputs);
    a.y = in.next_of(a.height / 4, a.width / 4, a.outputs);
    return in.complete() ? outcome(ts::table().patch_embed(a)) : kMisfit;
}

// x (H, W, C), packed expand (C), bias, depthwise (3, 3, hidden), bias, packed project (hidden), bias -> (H, W, C).
TS_KERNEL(TsMbConv) { return bottleneck({count, data, ranks, shapes, types}, 1, true); }

// The same arguments, but nothing is added -> (H, W, outputs), or half of H and W, rounded up. The two strides have
// names of their own because MindSpore takes operators of one name and equal input shapes for the same.
TS_KERNEL(TsPatchMerging1) { return bottleneck({count, data, ranks, shapes, types}, 1, false); }
TS_KERNEL(TsPatchMerging2) { return bottleneck({count, data, ranks, shapes, types}, 2, false); }

// x (H, W, C), packed qkv (C), bias, position (heads, window^2, keys), packed project (C), bias -> (H, W, C).
TS_KERNEL(TsWindowAttention) {
    Arguments in(count, data, ranks, shapes, types);
    ts::WindowAttention a{};
    a.x = in.next(3);
    a.height = in.size(0), a.width = in.size(1), a.channels = in.size(2);
    a.qkv = in.packed(a.channels);
    in.require(in.outputs() == 3 * a.channels);
    a.qkv_bias = in.next_of(3 * a.channels);
    a.position = in.next(3);
    a.heads = in.size(0), a.keys = in.size(2);
    in.require(a.heads * 32 == a.channels && a.keys == rounded_up(in.size(1), ts::kChannelStep));
    while (a.window * a.window < in.size(1)) ++a.window;
    in.require(a.window * a.window == in.size(1));
    a.project = in.packed(a.channels);
    in.require(in.outputs() == a.channels);
    a.project_bias = in.next_of(a.channels);
    a.y = in.next_of(a.height, a.width, a.channels);
    return in.complete() ? outcome(ts::table().window_attention(a)) : kMisfit;
}

// x (H, W, C), depthwise (3, 3, C), bias, packed expand (C), bias, packed project (hidden), bias -> (H, W, C).
TS_KERNEL(TsConvMlp) {
    Arguments in(count, data, ranks, shapes, types);
    ts::ConvMlp a{};
    a.x = in.next(3);
    a.height = in.size(0), a.width = in.size(1), a.channels = in.size(2);
    a.depthwise = in.next_of(3, 3, a.channels);
    a.depthwise_bias = in.next_of(a.channels);
    a.expand = in.packed(a.channels);
    a.hidden = in.outputs();
    a.expand_bias = in.next_of(a.hidden);
    a.project = in.packed(a.hidden);
    in.require(in.outputs() == a.channels);
    a.project_bias = in.next_of(a.channels);
    a.y = in.next_of(a.height, a.width, a.channels);
    return in.complete() ? outcome(ts::table().conv_mlp(a)) : kMisfit;
}

// x (H, W, C), packed reduce (C), scale, shift, packed mix (9 * outputs), scale, shift -> (outputs, H, W).
TS_KERNEL(TsNeck) {
    Arguments in(count, data, ranks, shapes, types);
    ts::Neck a{};
    a.x = in.next(3);
    a.height = in.size(0), a.width = in.size(1), a.channels = in.size(2);
    a.reduce = in.packed(a.channels);
    a.outputs = in.outputs();
    a.reduce_scale = in.next_of(a.outputs);
    a.reduce_shift = in.next_of(a.outputs);
    a.mix = in.packed(9 * a.outputs);
    in.require(in.outputs() == a.outputs);
    a.mix_scale = in.next_of(a.outputs);
    a.mix_shift = in.next_of(a.outputs);
    a.y = in.next_of(a.outputs, a.height, a.width);
    return in.complete() ? outcome(ts::table().neck(a)) : kMisfit;
}

// x (R, depth), packed weight (depth), bias -> (R, outputs), and the same with a ReLU.
TS_KERNEL(TsDense) { return dense({count, data, ranks, shapes, types}, false, false); }
TS_KERNEL(TsDenseRelu) { return dense({count, data, ranks, shapes, types}, true, false); }

// x (R, depth), packed weight (depth), bias, residual (R, outputs), scale, shift -> (R, outputs).
TS_KERNEL(TsDenseNorm) { return dense({count, data, ranks, shapes, types}, false, true); }

// logits (P, 4 grid, 4 grid), first (4, 4), bias, scale, shift, second (16, 16), bias, scale, shift ->
// (P, grid^2, 1 + 16). Depths run over ky, kx, channel.
TS_KERNEL(TsMaskPrompt) {
    Arguments in(count, data, ranks, shapes, types);
    ts::MaskPrompt a{};
    a.logits = in.next(3);
    a.prompts = in.size(0), a.grid = in.size(1) / 4;
    in.require(a.grid > 0 && in.size(1) == 4 * a.grid && in.size(2) == 4 * a.grid);
    a.first = in.next_of(a.kInner, 4);
    a.first_bias = in.next_of(a.kInner);
    a.first_scale = in.next_of(a.kInner);
    a.first_shift = in.next_of(a.kInner);
    a.second = in.next_of(a.kWidth, 4 * a.kInner);
    a.second_bias = in.next_of(a.kWidth);
    a.second_scale = in.next_of(a.kWidth);
    a.second_shift = in.next_of(a.kWidth);
    a.y = in.next_of(a.prompts, static_cast<int64_t>(a.grid) * a.grid, a.kWidth + 1);
    return in.complete() ? outcome(ts::table().mask_prompt(a)) : kMisfit;
}

// states (1 or P, N, S), keys, places and values (N, depth * heads), packed queries (P, columns / panel, depth, panel),
// packed shares (P, columns / panel, S, panel) -> (P, depth + S, columns).
TS_KERNEL(TsTokensToImage) {
    Arguments in(count, data, ranks, shapes, types);
    ts::TokensToImage a{};
    const int states = read_state(in, a);
    a.keys = read_heads(in, a);
    a.values = in.next_of(a.cells, a.depth * ts::kHeads);
    a.queries = read_columns(in, a, states);
    a.y = in.next_of(a.prompts, a.depth + a.state_depth, a.columns);
    if (!in.complete()) return kMisfit;
    const size_t chunks = (static_cast<size_t>(a.cells) + a.kChunk - 1) / a.kChunk;
    const size_t rows = static_cast<size_t>(a.depth) + a.state_depth + 2;
    const std::unique_ptr<float[]> workspace(new (std::nothrow) float[chunks * a.prompts * a.columns * rows]);
    a.workspace = workspace.get();
    return outcome(a.workspace && ts::table().tokens_to_image(a));
}

// states (1 or P, N, S), queries and places (N, depth * heads), image (N, C), packed keys (P, columns / panel, depth,
// panel), packed shares (P, columns / panel, S, panel), packed rows (P, C / panel, S + used, panel) ->
// (P, N, S + used). The columns in use are a multiple of the heads, and less than a panel is not in use.
TS_KERNEL(TsImageToTokens) {
    Arguments in(count, data, ranks, shapes, types);
    ts::ImageToTokens a{};
    const int states = read_state(in, a);
    a.queries = read_heads(in, a);
    a.image = in.next(2);
    a.channels = in.size(1);
    in.require(in.size(0) == a.cells && a.channels % ts::kChannelStep == 0);
    a.keys = read_columns(in, a, states);
    a.rows = in.next(4);
    a.new_depth = in.size(2);
    const int panel = ts::table().panel, used = a.new_depth - a.state_depth;
    in.require(in.size(0) == a.prompts && in.size(1) * panel == a.channels && in.size(3) == panel);
    in.require(used > 0 && used % ts::kHeads == 0 && rounded_up(used, panel) == a.columns);
    a.y = in.next_of(a.prompts, a.cells, a.new_depth);
    return in.complete() ? outcome(ts::table().image_to_tokens(a)) : kMisfit;
}

// states (P, grid^2, S), image (grid^2, 4 width), packed rows (P, 4 width / panel, S, panel), bias (4 width), scale,
// shift, packed second (width), bias, weights (P, masks, depth) -> (P, masks, 4 grid, 4 grid). The outputs of the two
// convolutions run over ky, kx, channel.
TS_KERNEL(TsMasks) {
    Arguments in(count, data, ranks, shapes, types);
    ts::Masks a{};
    a.state = in.next(3);
    const int cells = in.size(1);
    a.prompts = in.size(0), a.state_depth = in.size(2);
    while (a.grid * a.grid < cells) ++a.grid;
    a.image = in.next(2);
    const int outputs = in.size(1);
    in.require(in.size(0) == cells);
    a.width = outputs / 4;
    in.require(a.grid * a.grid == cells && outputs % (4 * ts::kChannelStep) == 0);
    a.rows = in.packed_each(a.prompts, outputs, a.state_depth);
    a.first_bias = in.next_of(outputs);
    a.scale = in.next_of(a.width);
    a.shift = in.next_of(a.width);
    a.second = in.packed(a.width);
    a.second_outputs = in.outputs();
    in.require(a.second_outputs % (4 * ts::kChannelStep) == 0);
    a.second_bias = in.next_of(a.second_outputs);
    a.weights = in.next(3);
    in.require(in.size(0) == a.prompts && in.size(2) == a.second_outputs / 4);
    a.masks = in.size(1);
    a.y = in.next_of(a.prompts, a.masks, 4 * a.grid, 4 * a.grid);
    return in.complete() ? outcome(ts::table().masks(a)) : kMisfit;
}

TS_EXPORT int ts_abi_version() { return kAbiVersion; }
TS_EXPORT const char* ts_isa() { return ts::table().isa; }
TS_EXPORT int ts_select_isa(const char* isa) { return ts::select(isa) ? 0 : kMisfit; }
TS_EXPORT int ts_panel() { return ts::table().panel; }
TS_EXPORT int ts_threads() { return ts::threads(); }
TS_EXPORT int ts_set_threads(int count) {
    if (count < 1 || count > kMostThreads) return kMisfit;
    ts::set_threads(count);
    return 0;
}
