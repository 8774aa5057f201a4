/**
 * Vision towers whose config determines the rotation, in the form of row.ts. `axial=` says how pairs and frequencies go to
 * the axes (axial.ts); axes are row, then column, but for Llama 4: column, then row, both counted from 1.
 */
export const VISION = `
qwen2_vl_vision qwen2_vl size=1280/16 axial=halves norm=none
qwen2_5_vl_vision qwen2_5_vl size=3584/16 axial=halves norm=none
qwen3_vl_vision qwen3_vl size=1152/16 axial=halves norm=none
qwen3_vl_moe_vision qwen3_vl_moe size=1152/16 axial=halves norm=none
qwen3_5_vision qwen3_5 size=1152/16 axial=halves norm=none
qwen3_5_moe_vision qwen3_5_moe size=1152/16 axial=halves norm=none
qwen4_exp_vision qwen4_exp size=1152/16 axial=halves norm=none
qwen2_5_omni_vision_encoder qwen2_5_omni size=3584/16 axial=halves norm=none
qwen3_omni_moe_vision_encoder qwen3_omni_moe size=1152/16 axial=halves norm=none
glm4v_vision glm4v size=1536/12 axial=halves norm=none
glm4v_moe_vision glm4v_moe size=1536/12 axial=halves norm=none
glm_ocr_vision glm_ocr size=1024/16 axial=halves norm=head
ernie4_5_vl_moe_vision ernie4_5_vl_moe size=1280/16 axial=halves norm=none
exaone4_5_vision exaone4_5 size=3584/16 axial=halves norm=none
paddleocr_vl_vision paddleocr_vl size=1152/16/27 axial=halves norm=none
video_llama_3_vision video_llama_3 size=768/12/12 axial=halves norm=none
mlcd_vision_model mlcd size=1664/16/48 axial=halves norm=none
mlcd . size=1664/16/48 axial=halves norm=none
pixtral . size=1024/16/24 axial=dealt norm=none
llama4_vision_model llama4 size=768/16/34 axial=halves interleaved norm=none
dinov3_vit . size=384/6/12 axial=turns theta=100 norm=none
eomt_dinov3 . size=1024/16/24 axial=turns theta=100 norm=none
sapiens2 . size=1024/16/24 axial=turns theta=100
`;
