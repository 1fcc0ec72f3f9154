// For tests: small models with meshes and pictures, made in memory.

export const text = (content: string): Uint8Array => new TextEncoder().encode(content);

/** A tetrahedron with edges of 0.1 m as binary STL. @param claimed triangles that the header speaks of */
export function tetrahedron(claimed = 4): Uint8Array {
  const corners = [
    [0, 0, 0],
    [0.1, 0, 0],
    [0, 0.1, 0],
    [0, 0, 0.1],
  ];
  const faces = [
    [0, 2, 1],
    [0, 1, 3],
    [0, 3, 2],
    [1, 2, 3],
  ];
  const bytes = new Uint8Array(84 + 50 * faces.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(80, claimed, true);
  faces.forEach((face, f) => {
    face.flatMap((corner) => corners[corner] as number[]).forEach((value, k) => view.setFloat32(84 + 50 * f + 12 + 4 * k, value, true));
  });
  return bytes;
}

/** The first bytes of a PNG of this size: all that is looked at before it is decoded. */
export function pngHeader(width: number, height: number): Uint8Array {
  const bytes = new Uint8Array(33);
  bytes.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const view = new DataView(bytes.buffer);
  view.setUint32(8, 13);
  bytes.set(text('IHDR'), 12);
  view.setUint32(16, width);
  view.setUint32(20, height);
  bytes.set([8, 2], 24);
  return bytes;
}

/** A hinge with a motor; `inside` goes into its body, `before` in front of the world. */
export function arm(inside = '<geom type="capsule" fromto="0 0 0 0 0 .2" size=".02"/>', before = ''): string {
  return `<mujoco model="arm">
  ${before}
  <worldbody>
    <body name="link" pos="0 0 .5">
      <joint name="hinge" axis="0 1 0" range="-90 90"/>
      ${inside}
    </body>
  </worldbody>
  <actuator><motor name="drive" joint="hinge" ctrlrange="-1 1" gear="2"/></actuator>
</mujoco>`;
}

export const meshArm = arm(
  '<geom type="mesh" mesh="part"/>',
  '<compiler meshdir="assets"/><asset><mesh name="part" file="part.stl"/></asset>',
);

export function urdfArm(mesh = 'package://arm/meshes/part.stl', rest = ''): string {
  const inertial = '<inertial><mass value="1"/><inertia ixx=".01" iyy=".01" izz=".01" ixy="0" ixz="0" iyz="0"/></inertial>';
  return `<robot name="arm">
  <link name="base">${inertial}</link>
  <link name="link">${inertial}
    <collision><geometry><mesh filename="${mesh}"/></geometry></collision>
  </link>
  <joint name="hinge" type="revolute"><parent link="base"/><child link="link"/><axis xyz="0 1 0"/><limit lower="-1" upper="1" effort="5" velocity="2"/></joint>
  ${rest}
</robot>`;
}
