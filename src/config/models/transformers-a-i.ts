/**
 * What the classes of transformers from A to I do, one row a model type: its name, its folder in src/transformers/models (a dot: of
 * the same name), and all that differs from the common case (row.ts has the words). Source: transformers 5.18.0,
 * configuration_*.py and modeling_*.py of that folder, executed for sizes, widths, bases and layers, read for the rest.
 */
export const A_TO_I = `
afmoe . size=2048/16/32 head=128 layers=sliding*3,full@global_attn_every_n_layers rotates=sliding norm=head
apertus . size=4096/32/32 theta=12000000 norm=head defaults={"rope_type":"llama3","factor":8,"low_freq_factor":1,"high_freq_factor":4,"original_max_position_embeddings":8192}
arcee . size=2560/32/32 norm=none
aria_text aria size=4096/32/32 norm=none
axk1 . size=7168/64/61 interleaved slice=64
axk2 . size=2048/32/48 interleaved slice=32
bamba . size=4096/32/32 rotated=0.5 layers=linear norm=none
bitnet . size=2560/20/30 theta=500000 norm=none
blt_global_transformer blt size=2048/16/25 interleaved theta=500000 norm=none
blt_local_decoder blt size=1024/16/9 interleaved theta=500000 norm=none
blt_local_encoder blt size=1024/16/1 interleaved theta=500000 norm=none
blt_patcher blt size=768/12/14 interleaved norm=none
chameleon . size=4096/32/32 norm=head,layer
clvp_encoder clvp size=768/12/20 rotary-dim=32 norm=none
codegen . size=4096/16/28 interleaved rotary-dim=64
cohere . size=8192/64/40 interleaved theta=500000 norm=head,layer?use_qk_norm
cohere2 . size=8192/64/40 interleaved layers=sliding*3,full@sliding_window_pattern rotates=sliding norm=none
cohere2_moe . size=8192/64/40 interleaved head=128 layers=sliding*3,full@sliding_window_pattern rotates=sliding norm=none
cohere_compass_text cohere_compass size=8192/64/40 head=128 axes=dealt:22,22,20 layers=sliding*3,full@sliding_window_pattern
cosmos3_edge_text cosmos3_edge size=2048/16/28 head=128 theta=100000000 axes=interleaved:24,20,20 norm=none
csm . size=2048/32/16 theta=500000 norm=none
csm_depth_decoder_model csm size=1024/8/4 theta=500000 norm=none
cwm . size=6144/48/64 head=128 theta=1000000 layers=full,sliding*3@window_pattern norm=none defaults={"rope_type":"llama3","factor":16,"low_freq_factor":1,"high_freq_factor":4,"original_max_position_embeddings":8192}
dbrx . size=2048/16/24 norm=none
deepseek_ocr2_encoder deepseek_ocr2 size=4096/32/32 norm=none
deepseek_ocr2_text deepseek_ocr2 size=4096/32/32 norm=none
deepseek_v2 . size=4096/32/32 interleaved slice=64
deepseek_v3 . size=7168/128/61 interleaved slice=64
deepseek_v32 . size=7168/128/61 interleaved slice=64
deepseek_v4 . size=4096/64/43 interleaved slice=64 compress-theta=160000 unscaled-sliding layers=heavily_compressed,compressed_sparse;first=heavily_compressed*2
dia_decoder dia size=2048/16/18 head=128 norm=none
dia_encoder dia size=1024/16/12 head=128 norm=none
diffllama . size=2048/32/16 norm=none
diffusion_gemma_text diffusion_gemma size=2304/8/30 head=256 full-head=512 layers=sliding*5,full;last=full@sliding_window_pattern norm=head defaults={"full_attention":{"rope_type":"proportional","partial_rotary_factor":0.25,"rope_theta":1000000},"sliding_attention":{"rope_theta":10000}}
doge . size=1024/8/32 norm=head
dots1 . size=4608/32/62 norm=head
emu3_text_model emu3 size=4096/32/32 theta=1000000 norm=none
ernie4_5 . size=1024/16/18 interleaved head=128 theta=500000 norm=none
ernie4_5_moe . size=2560/20/28 interleaved theta=500000 norm=none
ernie4_5_vl_moe_text ernie4_5_vl_moe size=2560/20/28 interleaved theta=500000 axes=hwt:22,22,20 norm=none
esm . size=768/12/12 needs=position_embedding_type:rotary norm=none
esmc . size=2560/40/80 norm=all-heads,layer
eurobert . size=768/12/12 norm=none
evolla . size=4096/32/32 theta=500000
exaone4 . size=4096/32/32 layers=sliding*3,full@sliding_window_pattern rotates=sliding windowless=full norm=head
exaone_moe . size=4096/32/32 layers=sliding*3,full@sliding_window_pattern rotates=sliding windowless=full norm=head
falcon . size=4544/71/32 norm=none
falcon_h1 . size=4096/32/32 layers=hybrid norm=none
flex_olmo . size=4096/32/32 theta=500000 norm=all-heads
gemma . size=3072/16/28 head=256 norm=none
gemma2 . size=2304/8/26 head=256 layers=sliding,full norm=none
gemma3_text gemma3 size=2304/8/26 head=256 theta=1000000 sliding-theta=10000 layers=sliding*5,full@sliding_window_pattern norm=head+1
gemma3n_text gemma3n size=2048/8/35 head=256 theta=1000000 sliding-theta=10000 layers=sliding*4,full norm=head
gemma4_text gemma4 size=2304/8/30 head=256 full-head=512 layers=sliding*5,full;last=full@sliding_window_pattern norm=head defaults={"full_attention":{"rope_type":"proportional","partial_rotary_factor":0.25,"rope_theta":1000000},"sliding_attention":{"rope_theta":10000}}
gemma4_unified_text gemma4_unified size=2304/8/30 head=256 full-head=512 layers=sliding*5,full;last=full@sliding_window_pattern norm=head defaults={"full_attention":{"rope_type":"proportional","partial_rotary_factor":0.25,"rope_theta":1000000},"sliding_attention":{"rope_theta":10000}}
glm . size=4096/32/40 interleaved head=128 rotated=0.5 norm=none
glm4 . size=4096/32/40 interleaved head=128 rotated=0.5 norm=none
glm4_moe . size=4096/96/46 rotated=0.5 norm=head?use_qk_norm
glm4_moe_lite . size=2048/20/47 interleaved slice=64
glm4v_moe_text glm4v_moe size=4096/96/46 rotated=0.5 axes=sections:8,12,12 norm=none
glm4v_text glm4v size=4096/32/40 interleaved axes=sections:8,12,12 norm=none
glm_image_text glm_image size=4096/32/40 axes=sections:8,12,12 norm=none
glm_moe_dsa . size=6144/64/78 interleaved slice=64
glm_ocr_text glm_ocr size=1024/16/16 interleaved axes=sections:8,12,12 norm=none
glmasr_encoder glmasr size=1280/20/32 rotated=0.5 norm=none
gpt_neox . size=6144/64/44 rotated=0.25 norm=none
gpt_neox_japanese . size=2560/32/32 norm=none
gpt_oss . size=2880/64/36 head=64 theta=150000 layers=sliding,full norm=none defaults={"rope_type":"yarn","factor":32,"beta_fast":32,"beta_slow":1,"truncate":false,"original_max_position_embeddings":4096}
gptj . size=4096/16/28 interleaved rotary-dim=64
granite . size=4096/32/32 norm=none
granite_swa . size=2560/20/24 layers=full,sliding*3 norm=none
granitemoe . size=4096/32/32 norm=none
granitemoe_swa . size=4096/32/32 layers=full,sliding*3 norm=none
granitemoehybrid . size=4096/32/32 needs=position_embedding_type:rope layers=linear norm=none
granitemoeshared . size=4096/32/32 norm=none
gte . size=768/12/12 theta=160000 norm=none
helium . size=2560/20/24 interleaved head=128 theta=100000 norm=none
higgs_audio_v2 . size=3072/24/28 head=128 theta=500000 norm=none defaults={"rope_type":"llama3","factor":32,"low_freq_factor":0.125,"high_freq_factor":0.5,"original_max_position_embeddings":1024}
hrm_text . size=1536/12/128 head=128 norm=none
hunyuan_v1_dense . size=4096/32/32 alpha norm=head,after
hunyuan_v1_moe . size=4096/32/32 alpha norm=head,after
hunyuan_vl_text hunyuan_vl size=4096/32/32 alpha axes=sections? norm=head,after
hy_v3 . size=4096/64/80 head=128 theta=11158840 norm=head
hy_v4 . size=2816/32/34 slice=64
hyperclovax . size=4096/32/32 norm=none
idefics . size=4096/32/32 norm=head,after?qk_layer_norms
`;
