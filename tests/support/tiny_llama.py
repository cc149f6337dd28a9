# SPDX-License-Identifier: EUPL-1.2
"""Makes a small random Llama with its own byte-level BPE tokenizer and chat template.

Run by vLLM's own interpreter, which has transformers and torch: `python -P tests/support/tiny_llama.py FOLDER`
(`-P`, since `platform.py` beside it is ours). What it writes is nonsense, but a real model for a real engine:
safetensors, tokenizer, chat template, end token.
"""

import sys
from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

CONTEXT = 2048
SPECIAL = ["<pad>", "<s>", "</s>", "<|im_start|>", "<|im_end|>"]
TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n{{ message['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
TEXT = (
    "Das Wohngeld soll in der Regel für zwölf Monate bewilligt werden. Über den Antrag entscheidet die Behörde "
    "schriftlich. Der Bescheid ist zu begründen und mit einer Rechtsbehelfsbelehrung zu versehen. system user assistant"
)


def tokenizer() -> PreTrainedTokenizerFast:
    raw = Tokenizer(models.BPE())
    raw.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    raw.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=400,
        special_tokens=SPECIAL,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    raw.train_from_iterator([TEXT] * 20, trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=raw,
        bos_token="<s>",
        eos_token="<|im_end|>",
        pad_token="<pad>",
        chat_template=TEMPLATE,
        model_max_length=CONTEXT,
    )


def write(folder: Path) -> None:
    torch.manual_seed(7)
    tokens = tokenizer()
    # Not smaller: with two layers a token takes 2.6 ms, and on a busy machine vLLM's API process neither sends a first
    # byte nor sees a client go before all tokens are made (14 of 15 tries; with these sizes 0 of 15).
    config = LlamaConfig(
        vocab_size=len(tokens),
        hidden_size=512,
        intermediate_size=1024,
        num_hidden_layers=12,
        num_attention_heads=8,
        num_key_value_heads=4,
        max_position_embeddings=CONTEXT,
        bos_token_id=tokens.bos_token_id,
        eos_token_id=tokens.eos_token_id,
        pad_token_id=tokens.pad_token_id,
    )
    model = LlamaForCausalLM(config).to(torch.bfloat16)
    # Logit 0 for the special tokens: greedy decoding always finds a better one, so an answer has the length asked for
    # on every CPU. Without this, rounding decides whether the nonsense ends after two tokens or never.
    model.lm_head.weight.data[: len(SPECIAL)] = 0
    model.save_pretrained(folder, safe_serialization=True)
    tokens.save_pretrained(folder)


if __name__ == "__main__":
    write(Path(sys.argv[1]))
