// Parcel knows the root of the package without a setting. Subpaths need one in the application's package.json:
// "@parcel/resolver-default": { "packageExports": true }
import { createRope, requestRopeDevice } from 'webgpu-rope';

requestRopeDevice()
  .then((device) => createRope(device, { headDim: 64 }, { dtypes: ['f32'] }))
  .then(
    ({ capacity }) => {
      globalThis.outcome = { result: capacity };
    },
    (error) => {
      globalThis.outcome = { error: String(error) };
    },
  );
