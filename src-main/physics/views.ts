// The arrays of MuJoCo's data that a simulator hands out.
import type { MjData } from '@mujoco/mujoco';

/**
 * The arrays of MjData that callers read and write. They lie in MuJoCo's heap, which moves when it grows
 * (any model load may do that): take them from the simulator each time and keep none.
 */
export interface Views {
  qpos: Float64Array;
  qvel: Float64Array;
  ctrl: Float64Array;
  xpos: Float64Array;
  xquat: Float64Array;
  geomXpos: Float64Array;
  geomXmat: Float64Array;
  siteXpos: Float64Array;
  siteXmat: Float64Array;
  cameraXpos: Float64Array;
  cameraXmat: Float64Array;
  mocapPos: Float64Array;
  mocapQuat: Float64Array;
}

export function readViews(data: MjData): Views {
  return {
    qpos: data.qpos as Float64Array,
    qvel: data.qvel as Float64Array,
    ctrl: data.ctrl as Float64Array,
    xpos: data.xpos as Float64Array,
    xquat: data.xquat as Float64Array,
    geomXpos: data.geom_xpos as Float64Array,
    geomXmat: data.geom_xmat as Float64Array,
    siteXpos: data.site_xpos as Float64Array,
    siteXmat: data.site_xmat as Float64Array,
    cameraXpos: data.cam_xpos as Float64Array,
    cameraXmat: data.cam_xmat as Float64Array,
    mocapPos: data.mocap_pos as Float64Array,
    mocapQuat: data.mocap_quat as Float64Array,
  };
}
