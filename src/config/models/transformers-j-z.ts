/**
 * What the classes of transformers from J to Z do, one row a model type: its name, its folder in src/transformers/models (a dot: of
 * the same name), and all that differs from the common case (row.ts has the words). Source: transformers 5.18.0,
 * configuration_*.py and modeling_*.py of that folder, executed for sizes, widths, bases and layers, read for the rest.
 */
export const J_TO_Z = `
jais2 . size=3328/26/32 norm=none
jetmoe . size=2048/32/12 head=128 norm=none
jina_embeddings_v3 . size=1024/16/24 theta=20000 norm=none
kyutai_speech_to_text . size=2048/32/48 norm=none
laguna . size=2048/48/40 head=128 norm=head defaults={"full_attention":{"rope_theta":500000,"partial_rotary_factor":0.5},"sliding_attention":{"rope_theta":10000}}
lasr_encoder lasr size=512/8/17 norm=none
lfm2 . size=2560/32/32 theta=1000000 norm=head
lfm2_moe . size=2048/32/32 theta=1000000 norm=head
llama . size=4096/32/32 norm=none
llama4_text llama4 size=5120/40/48 interleaved head=128 theta=500000 no-rope=4 layers=chunked norm=head,bare,after?use_qk_norm=true
longcat_flash . size=6144/64/56 interleaved slice=64 theta=10000000
mellum . size=2304/32/28 head=128 norm=head defaults={"full_attention":{"rope_theta":500000},"sliding_attention":{"rope_theta":10000}}
mimi . size=512/8/8 norm=none
mimo_v2_flash . size=4096/64/48 head=192 layers=sliding*5,full;first=full norm=none defaults={"full_attention":{"rope_theta":5000000,"partial_rotary_factor":0.334},"sliding_attention":{"rope_theta":10000,"partial_rotary_factor":0.334}}
minicpm3 . size=2560/40/62 slice=32
minimax . size=4096/32/32 theta=1000000 layers=full,linear norm=none
minimax_m2 . size=3072/48/62 head=128 theta=5000000 norm=all-heads
minimax_m3_vl_text minimax_m3_vl size=6144/64/60 head=128 theta=5000000 norm=head+1
ministral . size=4096/32/32 layers=sliding norm=none
ministral3 . size=4096/32/34 head=128 theta=1000000 norm=none defaults={"rope_type":"yarn","factor":16,"original_max_position_embeddings":16384,"beta_fast":32,"beta_slow":1,"mscale":1,"mscale_all_dim":1}
mistral . size=4096/32/32 norm=none
mistral4 . size=4096/32/36 interleaved slice=64 defaults={"rope_type":"yarn","factor":128,"original_max_position_embeddings":8192,"beta_fast":32,"beta_slow":1,"mscale":1,"mscale_all_dim":1}
mixtral . size=4096/32/32 theta=1000000 norm=none
mllama_text_model mllama size=4096/32/40 theta=500000 norm=none
modernbert . size=768/12/22 theta=160000 sliding-theta=10000 layers=full,sliding*2@global_attn_every_n_layers norm=none
modernbert-decoder modernbert_decoder size=768/12/22 theta=160000 sliding-theta=10000 layers=full,sliding*2@global_attn_every_n_layers norm=none
moonshine . size=288/8/6 interleaved rotated=0.9 norm=none
moonshine_streaming . size=320/8/6 interleaved norm=none defaults={"partial_rotary_factor":0.8}
moonshine_streaming_encoder moonshine_streaming size=320/8/6
moshi . size=4096/32/32 norm=none
moshi_depth moshi size=1024/16/6
muse_glimmer_assistant . size=6656/32/5 head=128 theta=500000 layers=sliding norm=head
muse_glimmer_text muse_glimmer size=6656/32/52 head=128 layers=sliding*3,full;from=end rotates=sliding norm=head,bare
nanochat . size=768/6/12 reversed norm=head,bare,after
nemotron . size=6144/48/32 rotated=0.5 norm=none
nemotron3_diarization_audio nemotron3_diarization size=512/8/31 norm=none
neomme . size=1024/16/17 head=64 layers=sliding*5,full;last=full norm=head,bare defaults={"full_attention":{"rope_theta":1000000,"partial_rotary_factor":0.25},"sliding_attention":{"rope_theta":10000}}
neucodec . size=1024/16/12 head=64 norm=none
nomic_bert . size=768/12/12 theta=1000 norm=none
olmo . size=4096/32/32 norm=none
olmo2 . size=4096/32/32 norm=all-heads
olmo3 . size=4096/32/32 theta=500000 unscaled-sliding layers=sliding*3,full norm=all-heads
olmo_hybrid . size=3840/30/32 layers=linear*3,full norm=all-heads
olmoe . size=2048/16/16 norm=all-heads
openai_privacy_filter . size=640/14/8 interleaved head=64 theta=150000 norm=none defaults={"rope_type":"yarn","factor":32,"beta_fast":32,"beta_slow":1,"truncate":false,"original_max_position_embeddings":4096}
paddleocr_vl_text paddleocr_vl size=1024/16/18 head=128 theta=500000 axes=sections:16,24,24 norm=none
pe_audio_encoder pe_audio size=1792/14/6 interleaved head=128 theta=20000 norm=head
persimmon . size=4096/64/36 rotated=0.5 norm=head,layer?qk_layernorm=true
phi . size=2048/32/24 rotated=0.5 norm=head,layer?qk_layernorm
phi3 . size=3072/32/32 norm=none
phi4_multimodal . size=3072/32/32 norm=none
phimoe . size=4096/32/32 theta=1000000 norm=none
qwen2 . size=4096/32/32 norm=none
qwen2_5_omni_dit qwen2_5_omni size=1024/16/22 head=64 norm=none
qwen2_5_omni_talker qwen2_5_omni size=3584/28/28 head=128 theta=1000000 axes=sections norm=none
qwen2_5_omni_text qwen2_5_omni size=3584/28/28 theta=1000000 axes=sections norm=none
qwen2_5_vl_text qwen2_5_vl size=8192/64/80 theta=1000000 axes=sections norm=none
qwen2_moe . size=2048/16/24 norm=none
qwen2_vl_text qwen2_vl size=8192/64/80 theta=1000000 axes=sections norm=none
qwen3 . size=4096/32/32 head=128 norm=head
qwen3_5_moe_text qwen3_5_moe size=2048/16/40 head=256 rotated=0.25 axes=interleaved:11,11,10 layers=linear*3,full@full_attention_interval norm=head+1
qwen3_5_text qwen3_5 size=4096/16/32 head=256 rotated=0.25 axes=interleaved:11,11,10 layers=linear*3,full@full_attention_interval norm=head+1
qwen3_moe . size=2048/32/24 norm=head
qwen3_next . size=2048/16/48 head=256 rotated=0.25 layers=linear*3,full@full_attention_interval norm=head+1
qwen3_omni_moe_talker_code_predictor qwen3_omni_moe size=1024/16/5 head=128 norm=head
qwen3_omni_moe_talker_text qwen3_omni_moe size=1024/16/20 axes=interleaved:24,20,20 norm=head
qwen3_omni_moe_text qwen3_omni_moe size=2048/28/28 theta=1000000 axes=interleaved:24,20,20 norm=head
qwen3_vl_moe_text qwen3_vl_moe size=2048/16/24 theta=500000 axes=interleaved:24,20,20 norm=head
qwen3_vl_text qwen3_vl size=4096/32/32 head=128 theta=500000 axes=interleaved:24,20,20 norm=head
qwen4_exp_text qwen4_exp size=2048/16/40 head=256 axes=interleaved:11,11,10 layers=linear*3,indexed@full_attention_interval norm=head+1
recurrent_gemma . size=2560/10/26 head=256 rotated=0.5 layers=recurrent*2,attention norm=none
roformer . size=768/12/12 interleaved
seamless_m4t . size=1024/16/24 needs=position_embeddings_type:rotary norm=none
seed_oss . size=4096/80/64 head=128 norm=none
smollm3 . size=2048/16/36 theta=2000000 no-rope=4 norm=none
solar_open . size=4096/64/48 head=128 theta=1000000 norm=none
stablelm . size=2560/32/32 rotated=0.25 norm=head,layer?qk_layernorm
starcoder2 . size=3072/24/30 norm=none
step3p5 step3p7 size=4096/64/45 head=128 norm=head+1
t5_gemma_module t5gemma size=2304/8/26 head=256 layers=sliding,full norm=none
t5gemma2_decoder t5gemma2 size=2304/8/26 head=256 theta=1000000 sliding-theta=10000 layers=sliding*5,full@sliding_window_pattern norm=head+1
t5gemma2_text t5gemma2 size=2304/8/26 head=256 theta=1000000 sliding-theta=10000 layers=sliding*5,full@sliding_window_pattern norm=head+1
timesfm2_5 . size=1280/16/20 head=80 norm=head,after
vaultgemma . size=2304/8/26 head=256 layers=sliding,full norm=none
voxtral_realtime_encoder voxtral_realtime size=1280/32/32 head=64 norm=none
voxtral_realtime_text voxtral_realtime size=4096/32/32 norm=none
wav2vec2-bert wav2vec2_bert size=1024/16/24 needs=position_embeddings_type:rotary norm=none
wav2vec2-conformer wav2vec2_conformer size=768/12/12 needs=position_embeddings_type:rotary norm=none
xcodec2 . size=1024/16/12 head=64 norm=none
youtu . size=2048/16/32 interleaved slice=64
zamba2 . size=2560/32/54 head=double needs=use_mem_rope:true layers=linear;first=linear*6,hybrid,linear*5,hybrid,linear*5,hybrid,linear*5,hybrid,linear*5,hybrid,linear*5,hybrid,linear*5,hybrid,linear*4,hybrid,linear*3,hybrid,linear*2 norm=none
zaya . size=2048/8/40 head=128 layers=hybrid defaults={"hybrid":{"rope_theta":5000000,"partial_rotary_factor":0.5},"hybrid_sliding":{"rope_theta":10000,"partial_rotary_factor":0.5}}
`;
