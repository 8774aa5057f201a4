// f16-probe: what the device's own f16 makes of numbers: packs pairs of float32 numbers and unpacks them again. The host holds the
// bits against the contract (src/kernel/native-f16.ts) before any kernel uses the type.
import package::lib::float16::{pack_f16, unpack_f16};

@if(native_f16) enable f16;

@group(0) @binding(0) var<storage, read> numbers: array<vec4f>;
@group(0) @binding(1) var<storage, read> halves: array<vec4u>;
@group(0) @binding(2) var<storage, read_write> packed: array<vec4u>;
@group(0) @binding(3) var<storage, read_write> unpacked: array<vec4f>;

@compute @workgroup_size(64)
fn probe(@builtin(global_invocation_id) id: vec3u) {
  if (id.x < arrayLength(&packed)) {
    packed[id.x] = pack_f16(numbers[2u * id.x], numbers[2u * id.x + 1u]);
    let both = unpack_f16(halves[id.x]);
    unpacked[2u * id.x] = both.even;
    unpacked[2u * id.x + 1u] = both.odd;
  }
}
