/**
 * Model types that transformers has no class for, or whose class it reads as another one, in the form of row.ts. The second
 * word says where the facts are from; readings of a row `memory`, which nobody held against its source, say so.
 */
export const OTHERS = `
new Alibaba-NLP/new-impl:~modeling.py size=768/12/12 mixed-ntk norm=none
nomic-bert nomic-ai/nomic-bert-2048:~modeling_hf_nomic_bert.py same=nomic_bert
mimo XiaomiMiMo/MiMo-7B-Base:~modeling_mimo.py~(copies~Qwen2) same=qwen2
phi-msft microsoft/phi-2:~modeling_phi.py~(MixFormer) size=2048/32/24 rotary-dim=32 norm=none
phi3_v microsoft/Phi-3.5-vision-instruct:~modeling_phi3_v.py~(copies~Phi-3) same=phi3
phi3small microsoft/Phi-3-small:~positional_embedding.py unread=its~positions~are~scaled~by~rules~of~its~own
kimi_k2 moonshotai/Kimi-K2-Instruct:~modeling_deepseek.py~(DeepSeek-V3) same=deepseek_v3
kimi_k3 moonshotai/Kimi-K3:~config.json none=its~config~says~mla_use_nope
kimi_linear llama.cpp~b10256:~kimi-linear~has~no~rotation none=its~latent~attention~has~no~positions
deepseek deepseek-ai/deepseek-moe-16b-base:~modeling_deepseek.py~(copies~Llama) same=llama
deepseek_ref sgl-project/DeepSeek-V4-Pro-FP8:~config.json~(DeepSeek-V4) same=deepseek_v4
deepseek_vl_v2 deepseek-ai/deepseek-vl2:~modeling_deepseek.py,~from~memory same=deepseek_v2 memory
baichuan baichuan-inc/Baichuan2-7B-Base:~modeling_baichuan.py~(copies~Llama) same=llama
internlm internlm/internlm-7b:~modeling_internlm.py~(copies~Llama),~from~memory same=llama memory
internlm2 internlm/internlm2_5-7b:~modeling_internlm2.py~(copies~Llama) same=llama
internlm3 internlm/internlm3-8b-instruct:~modeling_internlm3.py~(copies~Llama),~from~memory same=llama memory
minicpm openbmb/MiniCPM-2B-sft-bf16:~modeling_minicpm.py~(copies~Llama) same=llama
exaone LGAI-EXAONE/EXAONE-3.5-7.8B-Instruct:~modeling_exaone.py~(copies~Llama),~from~memory same=llama memory
yi 01-ai/Yi-34B:~modeling_yi.py~(copies~Llama),~from~memory same=llama memory
Yi 01-ai/Yi-34B:~modeling_yi.py~(copies~Llama),~from~memory same=llama memory
aquila BAAI/Aquila2-7B:~modeling_aquila.py~(copies~Llama),~from~memory same=llama memory
orion OrionStarAI/Orion-14B-Base:~modeling_orion.py~(copies~Llama),~from~memory same=llama memory
xverse xverse/XVERSE-7B:~modeling_xverse.py~(copies~Llama),~from~memory same=llama memory
skywork Skywork/Skywork-13B-base:~modeling_skywork.py~(copies~Llama),~from~memory same=llama memory
ouro ByteDance/Ouro-1.4B:~modeling_ouro.py~(copies~Qwen2),~from~memory same=qwen2 memory
qwen Qwen/Qwen-7B:~modeling_qwen.py,~from~memory size=4096/32/32 norm=none memory
hunyuan tencent/Tencent-Hunyuan-Large:~modeling_hunyuan.py,~from~memory same=hunyuan_v1_moe memory
hunyuan_v1 tencent/Hunyuan-A13B-Instruct:~modeling_hunyuan.py,~from~memory same=hunyuan_v1_moe memory
stablelm_epoch stabilityai/stablelm-3b-4e1t:~modeling_stablelm_epoch.py,~from~memory same=stablelm memory
RefinedWeb tiiuae/falcon-40b:~modelling_RW.py,~from~memory size=8192/128/60 norm=none memory
RefinedWebModel tiiuae/falcon-7b:~modelling_RW.py,~from~memory same=falcon memory
codeshell WisdomShell/CodeShell-7B:~modeling_codeshell.py,~from~memory size=4096/32/42 norm=none memory
dream Dream-org/Dream-v0-Base-7B:~modeling_dream.py~(copies~Qwen2),~from~memory same=qwen2 memory
arctic Snowflake/snowflake-arctic-base:~modeling_arctic.py~(copies~Mixtral),~from~memory same=llama memory
bailing_moe inclusionAI/Ling-lite:~modeling_bailing_moe.py~(copies~Llama),~from~memory same=llama memory
openelm apple/OpenELM-3B:~modeling_openelm.py,~from~memory norm=head?normalize_qk_projections memory
minicpmv openbmb/MiniCPM-V-2_6:~modeling_minicpmv.py~(Qwen2,~Llama~or~MiniCPM~inside),~from~memory same=llama memory
minimax_text_01 MiniMaxAI/MiniMax-Text-01:~modeling_minimax_text_01.py,~from~memory same=minimax memory
MiniMaxText01 MiniMaxAI/MiniMax-Text-01-hf,~from~memory same=minimax memory
chatglm THUDM/chatglm3-6b:~modeling_chatglm.py size=4096/32/28 interleaved head=128 rotated=0.5 ratio norm=none
qwen2_vl transformers~5.18.0:~models/qwen2_vl~(a~config~with~its~text~model~at~the~top) same=qwen2_vl_text
qwen2_5_vl transformers~5.18.0:~models/qwen2_5_vl~(a~config~with~its~text~model~at~the~top) same=qwen2_5_vl_text
qwen3_vl transformers~5.18.0:~models/qwen3_vl~(a~config~with~its~text~model~at~the~top) same=qwen3_vl_text
qwen3_vl_moe transformers~5.18.0:~models/qwen3_vl_moe~(a~config~with~its~text~model~at~the~top) same=qwen3_vl_moe_text
qwen3_5 transformers~5.18.0:~models/qwen3_5~(a~config~with~its~text~model~at~the~top) same=qwen3_5_text
qwen3_5_moe transformers~5.18.0:~models/qwen3_5_moe~(a~config~with~its~text~model~at~the~top) same=qwen3_5_moe_text
glm4v transformers~5.18.0:~models/glm4v~(a~config~with~its~text~model~at~the~top) same=glm4v_text
glm4v_moe transformers~5.18.0:~models/glm4v_moe~(a~config~with~its~text~model~at~the~top) same=glm4v_moe_text
glm_ocr transformers~5.18.0:~models/glm_ocr~(a~config~with~its~text~model~at~the~top) same=glm_ocr_text
paddleocr_vl transformers~5.18.0:~models/paddleocr_vl~(a~config~with~its~text~model~at~the~top) same=paddleocr_vl_text
ernie4_5_vl_moe transformers~5.18.0:~models/ernie4_5_vl_moe~(a~config~with~its~text~model~at~the~top) same=ernie4_5_vl_moe_text
ernie4_5_moe_vl baidu/ERNIE-4.5-VL-28B-A3B-PT:~config.json,~from~memory same=ernie4_5_vl_moe_text memory
hunyuan_vl transformers~5.18.0:~models/hunyuan_vl~(a~config~with~its~text~model~at~the~top) same=hunyuan_vl_text
hunyuan_vl_mot tencent/HunyuanOCR:~config.json,~from~memory same=hunyuan_vl_text memory
llama4 transformers~5.18.0:~models/llama4~(a~config~with~its~text~model~at~the~top) same=llama4_text
mllama transformers~5.18.0:~models/mllama~(a~config~with~its~text~model~at~the~top) same=mllama_text_model
gemma3 transformers~5.18.0:~models/gemma3~(a~config~with~its~text~model~at~the~top) same=gemma3_text
gemma3n transformers~5.18.0:~models/gemma3n~(a~config~with~its~text~model~at~the~top) same=gemma3n_text
gemma4 transformers~5.18.0:~models/gemma4~(a~config~with~its~text~model~at~the~top) same=gemma4_text
emu3 transformers~5.18.0:~models/emu3~(a~config~with~its~text~model~at~the~top) same=emu3_text_model
step3p7 transformers~5.18.0:~models/step3p7~(a~config~with~its~text~model~at~the~top) same=step3p5
fuyu transformers~5.18.0:~models/fuyu~(its~text~model~is~Persimmon) same=persimmon
mistral3 transformers~5.18.0:~models/mistral3~(its~text~model~is~Mistral) same=mistral
granite_speech transformers~5.18.0:~models/granite_speech~(its~text~model~is~Granite) same=granite
jamba . none=its~attention~has~no~positions
nemotron_h . none=its~attention~has~no~positions
inkling . none=its~positions~are~relative~biases
glm5_next_text glm5_next none=its~heads~have~no~rotary~part
zamba . none=its~attention~has~no~positions
bros . none=its~positions~are~those~of~boxes
funnel . none=its~positions~are~relative
xlnet . none=its~positions~are~relative
rwkv5 BlinkDL/RWKV-LM none=it~has~no~attention~heads~with~positions
rwkv6 BlinkDL/RWKV-LM none=it~has~no~attention~heads~with~positions
rwkv7 BlinkDL/RWKV-LM none=it~has~no~attention~heads~with~positions
falcon_mamba . none=it~has~no~attention
mpt . none=its~positions~are~ALiBi
bloom . none=its~positions~are~ALiBi
jais core42/jais-13b:~modeling_jais.py none=its~positions~are~ALiBi
jina_bert jinaai/jina-bert-implementation:~modeling_bert.py none=its~positions~are~ALiBi
vjepa2 . unread=its~three~axes~share~a~head~unequally
lightglue . unread=its~positions~are~learned~from~coordinates
efficientloftr . unread=its~axes~interleave~within~a~pair~of~pairs
musicflamingo . unread=its~angles~are~times~of~audio~windows
sam2_video . unread=its~axes~are~laid~out~for~images~in~memory
sam3_tracker_video . unread=its~axes~are~laid~out~for~images~in~memory
edgetam_video . unread=its~axes~are~laid~out~for~images~in~memory
gemma4_vision gemma4 unread=each~half~of~its~heads~is~rotated~as~a~head~of~its~own
minimax_m3_vl_vision minimax_m3_vl unread=its~three~axes~leave~a~rest~of~each~head
`;

/**
 * Classes of transformers 5.18.0 whose modelling code has no rotation: learned, sinusoidal or relative positions, ALiBi, or
 * none at all.
 */
export const NOT_ROTATED = `
aimv2_text_model aimv2_vision_model albert align_text_model altclip_text_model audio-spectrogram-transformer
audioflamingo3_encoder bart beit bert bert-generation big_bird bigbird_pegasus biogpt blenderbot blenderbot-small
blip_2_qformer blip_2_vision_model blip_text_model blip_vision_model camembert canine chinese_clip_text_model
clap_audio_model clap_text_model clip clip_text_model clip_vision_model clipseg_text_model clipseg_vision_model convbert
cpmant ctrl data2vec-audio data2vec-text data2vec-vision deberta deberta-v2 decision_transformer deit dinov2
dinov2_with_registers distilbert electra ernie esm2 fastspeech2_conformer flava_image_model flava_text_model fnet
git_vision_model gpt-sw3 gpt2 gpt_bigcode gpt_neo granite_speech_encoder hubert ibert idefics2_perceiver idefics2_vision
idefics3_vision idefics_vision ijepa imagegpt instructblip_qformer instructblip_vision_model janus_vision_model
kosmos_2_5_text_model kosmos_2_5_vision_model kosmos_2_text_model kosmos_2_vision_model layoutlm layoutlmv3 led lilt
longformer longt5 luke lxmert m2m_100 mamba mamba2 marian markuplm mbart megatron-bert minicpmv4_6_vision mllama_vision_model
mobilebert mpnet mra mt5 musicgen_decoder musicgen_melody_decoder mvp nllb-moe nystromformer openai-gpt opt qwen2_5_omni_audio_encoder
qwen2_audio_encoder qwen3_asr_encoder qwen3_omni_moe_audio_encoder pegasus
pegasus_x phi4_multimodal_audio phi4_multimodal_vision pix2struct_text_model plbart prophetnet qdqbert reformer rembert
roberta roberta-prelayernorm roc_bert rwkv sam_vision_model seamless_m4t_v2 sew sew-d siglip siglip2_vision_model
siglip_text_model siglip_vision_model smolvlm_vision speech_to_text speecht5 splinter squeezebert switch_transformers t5
timesfm timesformer trocr udop umt5 unispeech unispeech-sat videomae vilt visual_bert vit vit_mae vit_msn vivit
voxtral_encoder wav2vec2 wavlm whisper xglm xlm xlm-roberta xlm-roberta-xl xlstm xmod yolos yoso`;
