"""What the paper says, number by number, and what its figures and its code's arithmetic say."""

# Figure 3, Llama-2-7B: bytes of a tensor's role in all layers as printed in FP32 and INT8, and
# what INT8 with a scale for each 64 takes by the code's own arithmetic: (4 + 64) / 64 bytes a
# weight. Its sum of FP32 lacks the final norm, its wq to wo of INT8 count 1.25 bytes per weight.
FIGURE_3 = {
    "token_embedding": (524_288_000, 139_264_000, 139_264_000),
    "attention_norm": (524_288, 139_264, 139_264),
    "wq": (2_147_483_648, 671_088_640, 570_425_344),
    "wk": (2_147_483_648, 671_088_640, 570_425_344),
    "wv": (2_147_483_648, 671_088_640, 570_425_344),
    "wo": (2_147_483_648, 671_088_640, 570_425_344),
    "ffn_norm": (524_288, 139_264, 139_264),
    "w1": (5_771_362_304, 1_533_018_112, 1_533_018_112),
    "w2": (5_771_362_304, 1_533_018_112, 1_533_018_112),
    "w3": (5_771_362_304, 1_533_018_112, 1_533_018_112),
    "final_norm": (16_384, 4_352, 4_352),
    "classifier": (524_288_000, 139_264_000, 139_264_000),
}
FIGURE_3_TOTALS = (26_953_646_080, 7_562_219_776, 7_160_348_672)

# Section 4.1: MB of a feed-forward matrix of the 7B in f32, in the sparse format as described and as
# written, which has a byte of mask per weight, by the share of zeros.
SECTION_4_1_MB = {0: 225.4, 20: 189.4, 50: 135.3}

LAYERS_7B = 32
SECONDS_FP32, SECONDS_INT8, SECONDS_SEGMENTED = 210.10, 7.52, 69.8  # a token, sections 5.1 and 5.2
FIGURE_5_LAYER_MS = {"FP32": 5400, "INT8": 40.5}  # medians, read off
FIGURE_6_LAYER_MS = 1950  # segmented
INT8_LARGEST_ERROR = 0.007  # section 4.2
TOKENIZER_SECONDS_PI = 886.116  # "hello world", three tokens: a notebook, not the paper
MATMUL_MINUTES_PI = 30  # section 6
