/**
 * Model types that transformers has no class for, or whose class it reads as another one, in the form of row.ts. The second
 * word says where the facts are from; readings of a row `memory`, which nobody held against its source, say so.
 */
export const OTHERS = `
new Alibaba-NLP/new-impl:_modeling.py size=768/12/12 mixed-ntk norm=none
nomic-bert nomic-ai/nomic-bert-2048:_modeling_hf_nomic_bert.py same=nomic_bert
mimo XiaomiMiMo/MiMo-7B-Base:_modeling_mimo.py_(copies_Qwen2) same=qwen2
phi-msft microsoft/phi-2:_modeling_phi.py_(MixFormer) size=2048/32/24 rotary-dim=32 norm=none
phi3_v microsoft/Phi-3.5-vision-instruct:_modeling_phi3_v.py_(copies_Phi-3) same=phi3
phi3small microsoft/Phi-3-small:_positional_embedding.py unread=its_positions_are_scaled_by_rules_of_its_own
kimi_k2 moonshotai/Kimi-K2-Instruct:_modeling_deepseek.py_(DeepSeek-V3) same=deepseek_v3
kimi_k3 moonshotai/Kimi-K3:_config.json none=mla_use_nope
kimi_linear llama.cpp_b10256:_kimi-linear_has_no_rotation none=its_latent_attention_has_no_positions
deepseek deepseek-ai/deepseek-moe-16b-base:_modeling_deepseek.py_(copies_Llama) same=llama
deepseek_ref sgl-project/DeepSeek-V4-Pro-FP8:_config.json_(DeepSeek-V4) same=deepseek_v4
deepseek_vl_v2 deepseek-ai/deepseek-vl2:_modeling_deepseek.py,_from_memory same=deepseek_v2 memory
baichuan baichuan-inc/Baichuan2-7B-Base:_modeling_baichuan.py_(copies_Llama) same=llama
internlm internlm/internlm-7b:_modeling_internlm.py_(copies_Llama),_from_memory same=llama memory
internlm2 internlm/internlm2_5-7b:_modeling_internlm2.py_(copies_Llama) same=llama
internlm3 internlm/internlm3-8b-instruct:_modeling_internlm3.py_(copies_Llama),_from_memory same=llama memory
minicpm openbmb/MiniCPM-2B-sft-bf16:_modeling_minicpm.py_(copies_Llama) same=llama
exaone LGAI-EXAONE/EXAONE-3.5-7.8B-Instruct:_modeling_exaone.py_(copies_Llama),_from_memory same=llama memory
yi 01-ai/Yi-34B:_modeling_yi.py_(copies_Llama),_from_memory same=llama memory
Yi 01-ai/Yi-34B:_modeling_yi.py_(copies_Llama),_from_memory same=llama memory
aquila BAAI/Aquila2-7B:_modeling_aquila.py_(copies_Llama),_from_memory same=llama memory
orion OrionStarAI/Orion-14B-Base:_modeling_orion.py_(copies_Llama),_from_memory same=llama memory
xverse xverse/XVERSE-7B:_modeling_xverse.py_(copies_Llama),_from_memory same=llama memory
skywork Skywork/Skywork-13B-base:_modeling_skywork.py_(copies_Llama),_from_memory same=llama memory
ouro ByteDance/Ouro-1.4B:_modeling_ouro.py_(copies_Qwen2),_from_memory same=qwen2 memory
qwen Qwen/Qwen-7B:_modeling_qwen.py,_from_memory size=4096/32/32 norm=none memory
hunyuan tencent/Tencent-Hunyuan-Large:_modeling_hunyuan.py,_from_memory same=hunyuan_v1_moe memory
hunyuan_v1 tencent/Hunyuan-A13B-Instruct:_modeling_hunyuan.py,_from_memory same=hunyuan_v1_moe memory
stablelm_epoch stabilityai/stablelm-3b-4e1t:_modeling_stablelm_epoch.py,_from_memory same=stablelm memory
RefinedWeb tiiuae/falcon-40b:_modelling_RW.py,_from_memory size=8192/128/60 norm=none memory
RefinedWebModel tiiuae/falcon-7b:_modelling_RW.py,_from_memory same=falcon memory
codeshell WisdomShell/CodeShell-7B:_modeling_codeshell.py,_from_memory size=4096/32/42 norm=none memory
dream Dream-org/Dream-v0-Base-7B:_modeling_dream.py_(copies_Qwen2),_from_memory same=qwen2 memory
arctic Snowflake/snowflake-arctic-base:_modeling_arctic.py_(copies_Mixtral),_from_memory same=llama memory
bailing_moe inclusionAI/Ling-lite:_modeling_bailing_moe.py_(copies_Llama),_from_memory same=llama memory
openelm apple/OpenELM-3B:_modeling_openelm.py,_from_memory norm=head?normalize_qk_projections memory
minicpmv openbmb/MiniCPM-V-2_6:_modeling_minicpmv.py_(Qwen2,_Llama_or_MiniCPM_inside),_from_memory same=llama memory
minimax_text_01 MiniMaxAI/MiniMax-Text-01:_modeling_minimax_text_01.py,_from_memory same=minimax memory
MiniMaxText01 MiniMaxAI/MiniMax-Text-01-hf,_from_memory same=minimax memory
chatglm THUDM/chatglm3-6b:_modeling_chatglm.py size=4096/32/28 interleaved head=128 rotated=0.5 ratio norm=none
qwen2_vl transformers_5.18.0:_models/qwen2_vl_(a_config_with_its_text_model_at_the_top) same=qwen2_vl_text
qwen2_5_vl transformers_5.18.0:_models/qwen2_5_vl_(a_config_with_its_text_model_at_the_top) same=qwen2_5_vl_text
qwen3_vl transformers_5.18.0:_models/qwen3_vl_(a_config_with_its_text_model_at_the_top) same=qwen3_vl_text
qwen3_vl_moe transformers_5.18.0:_models/qwen3_vl_moe_(a_config_with_its_text_model_at_the_top) same=qwen3_vl_moe_text
qwen3_5 transformers_5.18.0:_models/qwen3_5_(a_config_with_its_text_model_at_the_top) same=qwen3_5_text
qwen3_5_moe transformers_5.18.0:_models/qwen3_5_moe_(a_config_with_its_text_model_at_the_top) same=qwen3_5_moe_text
glm4v transformers_5.18.0:_models/glm4v_(a_config_with_its_text_model_at_the_top) same=glm4v_text
glm4v_moe transformers_5.18.0:_models/glm4v_moe_(a_config_with_its_text_model_at_the_top) same=glm4v_moe_text
glm_ocr transformers_5.18.0:_models/glm_ocr_(a_config_with_its_text_model_at_the_top) same=glm_ocr_text
paddleocr_vl transformers_5.18.0:_models/paddleocr_vl_(a_config_with_its_text_model_at_the_top) same=paddleocr_vl_text
ernie4_5_vl_moe transformers_5.18.0:_models/ernie4_5_vl_moe_(a_config_with_its_text_model_at_the_top) same=ernie4_5_vl_moe_text
ernie4_5_moe_vl baidu/ERNIE-4.5-VL-28B-A3B-PT:_config.json,_from_memory same=ernie4_5_vl_moe_text memory
hunyuan_vl transformers_5.18.0:_models/hunyuan_vl_(a_config_with_its_text_model_at_the_top) same=hunyuan_vl_text
hunyuan_vl_mot tencent/HunyuanOCR:_config.json,_from_memory same=hunyuan_vl_text memory
llama4 transformers_5.18.0:_models/llama4_(a_config_with_its_text_model_at_the_top) same=llama4_text
mllama transformers_5.18.0:_models/mllama_(a_config_with_its_text_model_at_the_top) same=mllama_text_model
gemma3 transformers_5.18.0:_models/gemma3_(a_config_with_its_text_model_at_the_top) same=gemma3_text
gemma3n transformers_5.18.0:_models/gemma3n_(a_config_with_its_text_model_at_the_top) same=gemma3n_text
gemma4 transformers_5.18.0:_models/gemma4_(a_config_with_its_text_model_at_the_top) same=gemma4_text
emu3 transformers_5.18.0:_models/emu3_(a_config_with_its_text_model_at_the_top) same=emu3_text_model
step3p7 transformers_5.18.0:_models/step3p7_(a_config_with_its_text_model_at_the_top) same=step3p5
fuyu transformers_5.18.0:_models/fuyu_(its_text_model_is_Persimmon) same=persimmon
mistral3 transformers_5.18.0:_models/mistral3_(its_text_model_is_Mistral) same=mistral
granite_speech transformers_5.18.0:_models/granite_speech_(its_text_model_is_Granite) same=granite
jamba . none=its_attention_has_no_positions
nemotron_h . none=its_attention_has_no_positions
inkling . none=its_positions_are_relative_biases
glm5_next_text glm5_next none=its_heads_have_no_rotary_part
zamba . none=its_attention_has_no_positions
bros . none=its_positions_are_those_of_boxes
funnel . none=its_positions_are_relative
xlnet . none=its_positions_are_relative
rwkv5 BlinkDL/RWKV-LM none=it_has_no_attention_heads_with_positions
rwkv6 BlinkDL/RWKV-LM none=it_has_no_attention_heads_with_positions
rwkv7 BlinkDL/RWKV-LM none=it_has_no_attention_heads_with_positions
falcon_mamba . none=it_has_no_attention
mpt . none=its_positions_are_ALiBi
bloom . none=its_positions_are_ALiBi
jais core42/jais-13b:_modeling_jais.py none=its_positions_are_ALiBi
jina_bert jinaai/jina-bert-implementation:_modeling_bert.py none=its_positions_are_ALiBi
vjepa2 . unread=its_three_axes_share_a_head_unequally
lightglue . unread=its_positions_are_learned_from_coordinates
efficientloftr . unread=its_axes_interleave_within_a_pair_of_pairs
musicflamingo . unread=its_angles_are_times_of_audio_windows
sam2_video . unread=its_axes_are_laid_out_for_images_in_memory
sam3_tracker_video . unread=its_axes_are_laid_out_for_images_in_memory
edgetam_video . unread=its_axes_are_laid_out_for_images_in_memory
gemma4_vision gemma4 unread=each_half_of_its_heads_is_rotated_as_a_head_of_its_own
minimax_m3_vl_vision minimax_m3_vl unread=its_three_axes_leave_a_rest_of_each_head
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
