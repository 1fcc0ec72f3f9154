// Models from outside: what is read and reported, and everything that is refused, with its place.
import { beforeAll, describe, expect, it } from 'vitest';
import { loadMuJoCo, type MuJoCo } from '../mujoco.ts';
import { compileCollected, makeReport } from './make-report.ts';
import { ModelFileError } from './model-file-error.ts';
import { collectModel } from './model-files.ts';
import { findMainFile, folderInMemory } from './model-folder.ts';
import { arm, meshArm, pngHeader, tetrahedron, text, urdfArm } from './testing.ts';

let mujoco: MuJoCo;
beforeAll(async () => {
  mujoco = await loadMuJoCo();
});

type Files = Record<string, string | Uint8Array>;

function open(files: Files, main: string | null = null) {
  const folder = folderInMemory(
    'arm',
    Object.entries(files).map(([path, content]) => ({ path, bytes: typeof content === 'string' ? text(content) : content })),
  );
  const collected = collectModel(folder, findMainFile(folder, main));
  const simulator = compileCollected(mujoco, collected);
  try {
    return makeReport(simulator, collected);
  } finally {
    simulator.dispose();
  }
}

function refusal(files: Files, main: string | null = null): ModelFileError {
  try {
    open(files, main);
  } catch (error) {
    expect(error).toBeInstanceOf(ModelFileError);
    return error as ModelFileError;
  }
  throw new Error('nothing was refused');
}

describe('a model from outside', () => {
  it('is reported: bodies, joints, actuators, meshes, sizes', () => {
    const report = open({ 'arm.xml': meshArm, 'assets/part.stl': tetrahedron(), 'README.md': 'not a model' });
    expect(report).toMatchObject({
      format: 'mjcf',
      main: 'arm.xml',
      modelName: 'arm',
      warnings: [],
      bodies: [{ name: 'link', parent: 'world' }],
      joints: [{ name: 'hinge', kind: 'hinge', body: 'link' }],
      actuators: [{ name: 'drive', target: 'hinge', range: [-1, 1] }],
      meshes: [{ name: 'part', triangles: 4 }],
      geoms: { mesh: 1 },
      counts: { qpos: 1, qvel: 1, ctrl: 1 },
    });
    expect(report.joints[0]?.range?.[1]).toBeCloseTo(Math.PI / 2, 12);
    // 0.1³ / 6 m³ of MuJoCo's default 1,000 kg/m³.
    expect(report.totalMassKg).toBeCloseTo(1 / 6, 5);
    expect(report.files.map(({ path, kind, triangles }) => [path, kind, triangles])).toEqual([
      ['arm.xml', 'xml', null],
      ['assets/part.stl', 'mesh', 4],
    ]);
    expect(report.totalBytes).toBe(text(meshArm).byteLength + tetrahedron().byteLength);
  });

  it('may be in Menagerie’s layout: a scene that includes the robot, with assets in a folder', () => {
    const scene = '<mujoco model="arm scene"><include file="robot.xml"/><worldbody><geom type="plane" size="0 0 .1"/></worldbody></mujoco>';
    const report = open({ 'robot.xml': meshArm, 'scene.xml': scene, 'assets/part.stl': tetrahedron() });
    expect(report).toMatchObject({ main: 'scene.xml', modelName: 'arm scene', geoms: { mesh: 1, plane: 1 } });
    expect(report.files.map(({ path }) => path)).toEqual(['scene.xml', 'robot.xml', 'assets/part.stl']);
  });

  it('is, of several, the one that the others are part of', () => {
    const whole = '<mujoco model="whole"><include file="b.xml"/></mujoco>';
    expect(
      open({
        'a.xml': '<mujocoinclude><option timestep="0.004"/></mujocoinclude>',
        'b.xml': arm(undefined, '<include file="a.xml"/>'),
        'whole.xml': whole,
      }),
    ).toMatchObject({ main: 'whole.xml', joints: [{ name: 'hinge' }] });
    // One that is broken is a model all the same.
    expect(refusal({ 'b.xml': arm(), 'broken.xml': '<mujoco' }).message).toMatch(/several models: b\.xml, broken\.xml/);
    expect(
      refusal({
        'robot.xml': arm(undefined, '<include file="b.xml"/>'),
        'b.xml': '<mujoco><include file="c.xml"/></mujoco>',
        'c.xml': '<mujoco><include file="b.xml"/></mujoco>',
      }).message,
    ).toMatch(/includes? .*(circle|itself|again|more than once)/i);
  });

  it.each(['package://arm/meshes/part.stl', 'meshes/part.stl', './meshes/part.stl'])(
    'may be a URDF, which has no actuators: %s',
    (mesh) => {
      const report = open({ 'urdf/arm.urdf': urdfArm(mesh), 'meshes/part.stl': tetrahedron() });
      expect(report).toMatchObject({
        format: 'urdf',
        modelName: 'arm',
        actuators: [],
        joints: [{ name: 'hinge', range: [-1, 1] }],
        meshes: [{ triangles: 4 }],
      });
      expect(report.warnings).toEqual([expect.stringMatching(/no actuators, as no URDF has/)]);
    },
  );

  it('names URDF elements that MuJoCo silently leaves out', () => {
    const { warnings } = open({ 'arm.urdf': urdfArm('part.stl', '<linkk name="x"/>'), 'part.stl': tetrahedron() });
    expect(warnings).toContainEqual('arm.urdf, line 7: MuJoCo does not know <linkk> and leaves it out.');
  });

  it('says when MuJoCo has silently reset it', () => {
    const { warnings } = open({
      'arm.xml': arm('<geom type="sphere" size=".01"/>', '<option timestep=".1"/>').replace('gear="2"', 'gear="1e9"'),
    });
    expect(warnings).toEqual([
      expect.stringMatching(/^Unstable, with controls swinging.*became infinite, huge or not a number.*MuJoCo has set it/),
    ]);
  });
});

const manyTriangles = (): Uint8Array => {
  const bytes = new Uint8Array(84 + 50 * 10_000_000);
  new DataView(bytes.buffer).setUint32(80, 10_000_000, true);
  return bytes;
};
const textStl = `solid part\n${'facet normal 0 0 1\nouter loop\nvertex 0 0 0\nvertex 1 0 0\nvertex 0 1 0\nendloop\nendfacet\n'.repeat(3)}endsolid part\n`;
const include = (file: string): string => `<mujoco>\n<worldbody/>\n<include file="${file}"/>\n</mujoco>`;
const texture = (attributes: string): string => arm(undefined, `<asset>\n<texture name="skin" type="2d" ${attributes}/></asset>`);
const deep = (k: number): Files =>
  Object.fromEntries(
    Array.from({ length: k }, (_, i) => [i === 0 ? 'arm.xml' : `part${i}.xml`, `<mujoco><include file="part${i + 1}.xml"/></mujoco>`]),
  );

describe('refused in place', () => {
  it.each<[string, Files, RegExp]>([
    ['not XML', { 'arm.xml': 'hello, world' }, /^arm\.xml, line 1: it is not XML/],
    ['not text', { 'arm.xml': Uint8Array.of(0xff, 0xfe, 0, 1) }, /^arm\.xml: it is not a text in UTF-8/],
    ['empty', { 'arm.xml': '' }, /^arm\.xml, line 1: it is not XML: there is no element/],
    [
      'never closed',
      { 'arm.xml': '<mujoco>\n  <worldbody>\n</mujoco>' },
      /^arm\.xml, line 3: <\/mujoco> closes an element that is not open/,
    ],
    ['cut off', { 'arm.xml': '<mujoco>\n<worldbody>' }, /^arm\.xml, line 2, <worldbody>: it is never closed/],
    [
      'a broken tag',
      { 'arm.xml': '<mujoco>\n<worldbody size=1/></mujoco>' },
      /^arm\.xml, line 2: <worldbody>: an attribute is written name="value"/,
    ],
    ['a document type', { 'arm.xml': '<!DOCTYPE x [<!ENTITY a "b">]>\n<mujoco/>' }, /^arm\.xml, line 1: document types/],
    ['another root', { 'arm.xml': '<html/>' }, /^arm\.xml, line 1, <html>: a model begins with <mujoco> \(MJCF\) or <robot> \(URDF\)/],
    ['unknown element', { 'arm.xml': arm('<geomm size=".1"/>') }, /^arm\.xml, line 6, <geomm>: unrecognized element/],
    [
      'unknown attribute',
      { 'arm.xml': arm('<geom size=".1" colour="red"/>') },
      /^arm\.xml, line 6, <geom>: unrecognized attribute: 'colour'/,
    ],
    [
      'unknown element in an include',
      { 'arm.xml': include('b.xml'), 'b.xml': '<mujoco>\n\n<worldbodyy/></mujoco>' },
      /^b\.xml, line 3, <worldbodyy>: unrecognized element/,
    ],
    [
      'a size below zero',
      { 'arm.xml': arm('<geom name="g" type="sphere" size="-1"/>') },
      /^arm\.xml, line 6, <geom>: size 0 must be positive/,
    ],
    ['missing mesh', { 'arm.xml': meshArm }, /^arm\.xml, line 2, <mesh>: the file assets\/part\.stl is missing from the folder$/],
    [
      'misnamed mesh',
      { 'arm.xml': meshArm, 'assets/Part.stl': tetrahedron() },
      /is missing from the folder; did you mean assets\/Part\.stl\?/,
    ],
    ['missing include', { 'arm.xml': include('b.xml') }, /^arm\.xml, line 3, <include>: the file b\.xml is missing/],
    [
      'include cycle',
      { 'arm.xml': include('b.xml'), 'b.xml': include('c.xml'), 'c.xml': include('b.xml') },
      /^c\.xml, line 3, <include>: the includes go in a circle: b\.xml → c\.xml → b\.xml/,
    ],
    ['including itself', { 'arm.xml': include('arm.xml') }, /circle: arm\.xml → arm\.xml/],
    [
      'included twice',
      { 'arm.xml': `<mujoco><include file="b.xml"/><include file="b.xml"/></mujoco>`, 'b.xml': '<mujoco/>' },
      /b\.xml is included a second time/,
    ],
    ['includes too deep', deep(40), /more than 32 deep/],
    ['parent path', { 'arm.xml': include('../b.xml') }, /^arm\.xml, line 3, <include>: .*parent folder/],
    ['parent path of a mesh', { 'arm.xml': meshArm.replace('part.stl', 'x/../../part.stl') }, /^arm\.xml, line 2, <mesh>: .*parent folder/],
    ['parent mesh folder', { 'arm.xml': meshArm.replace('"assets"', '"../assets"') }, /^arm\.xml, line 2, <compiler>: .*parent folder/],
    ['absolute path', { 'arm.xml': include('/etc/passwd') }, /absolute path/],
    ['Windows path', { 'arm.xml': include('C:\\robot.xml') }, /absolute path/],
    ['address', { 'arm.xml': include('https://example.org/robot.xml') }, /is an address/],
    ['backslash parent', { 'arm.xml': include('..\\robot.xml') }, /parent folder/],
    ['URDF parent path', { 'arm.urdf': urdfArm('package://arm/../../part.stl') }, /^arm\.urdf, line 4, <mesh>: .*parent folder/],
    ['a file URDF', { 'arm.urdf': urdfArm('file:///etc/passwd') }, /is an address/],
    [
      'two URDF meshes of one name',
      {
        'arm.urdf': urdfArm(
          'a/part.stl',
          `<link name="c"><collision><geometry><mesh filename="b/part.stl"/></geometry></collision></link>`,
        ),
        'a/part.stl': tetrahedron(),
        'b/part.stl': Uint8Array.from([...tetrahedron().slice(0, 100), 1, ...tetrahedron().slice(101)]),
      },
      /two different files are named part\.stl/,
    ],
    ['a plugin', { 'arm.xml': arm(undefined, '<extension><plugin plugin="mujoco.pid"/></extension>') }, /<extension>: plugins are code/],
    [
      'a header that claims 10 million triangles',
      { 'arm.xml': meshArm, 'assets/part.stl': tetrahedron(10_000_000) },
      /part\.stl: its header says 10000000 triangles, which need 500000084 bytes/,
    ],
    [
      'an OBJ without end',
      { 'arm.xml': meshArm.replace('part.stl', 'part.obj'), 'assets/part.obj': `v 0 0 0\n${'f 1 1 1 1 1 1 1 1\n'.repeat(600_000)}` },
      /3600000 triangles; 3000000 are allowed/,
    ],
    [
      'STL as text',
      { 'arm.xml': meshArm, 'assets/part.stl': textStl },
      /^arm\.xml, line 2, <mesh>: assets\/part\.stl: it is an STL file in text form, which MuJoCo does not read; save it as binary STL or OBJ/,
    ],
    [
      'STL as text in a URDF',
      { 'arm.urdf': urdfArm('package://arm/meshes/part.stl'), 'meshes/part.stl': textStl },
      /^arm\.urdf, line 4, <mesh>: meshes\/part\.stl: it is an STL file in text form.*save it as binary STL or OBJ/,
    ],
    [
      'COLLADA',
      { 'arm.xml': meshArm.replace('part.stl', 'part.dae'), 'assets/part.dae': '<COLLADA/>' },
      /^arm\.xml, line 2, <mesh>: assets\/part\.dae: COLLADA \(\.dae\) cannot be read as a mesh; save it as binary STL or OBJ/,
    ],
    [
      'COLLADA in a URDF',
      { 'arm.urdf': urdfArm('package://arm/meshes/part.DAE'), 'meshes/part.DAE': '<COLLADA/>' },
      /^arm\.urdf, line 4, <mesh>: meshes\/part\.DAE: COLLADA \(\.dae\) cannot be read as a mesh; save it as binary STL or OBJ/,
    ],
    [
      'a mesh of another kind',
      { 'arm.xml': meshArm.replace('part.stl', 'part.ply'), 'assets/part.ply': 'ply' },
      /assets\/part\.ply: \.ply cannot be read as a mesh; save it as binary STL or OBJ/,
    ],
    [
      'a mesh without an extension',
      { 'arm.xml': meshArm.replace('part.stl', 'part'), 'assets/part': 'ply' },
      /assets\/part: a file without an extension cannot be read as a mesh/,
    ],
    ['a mesh that is none', { 'arm.xml': meshArm, 'assets/part.stl': 'garbage' }, /part\.stl: it is no STL file/],
    [
      'a 50,000×50,000 texture',
      { 'arm.xml': texture('file="skin.png"'), 'skin.png': pngHeader(50_000, 50_000) },
      /^arm\.xml, line 3, <texture>: skin\.png: it is 50000 × 50000 pixels; 8192 × 8192 are allowed/,
    ],
    [
      'a built-in texture as large',
      { 'arm.xml': texture('builtin="flat" width="50000" height="50000"') },
      /line 3, <texture>: the texture is 50000 × 50000/,
    ],
    [
      'many large textures',
      {
        'arm.xml': arm(undefined, `<asset>${[1, 2, 3].map((k) => `<texture name="t${k}" type="2d" file="t${k}.png"/>`).join('')}</asset>`),
        ...Object.fromEntries([1, 2, 3].map((k) => [`t${k}.png`, pngHeader(8192, 8192)])),
      },
      /t3\.png: it brings the model to 201326592 pixels/,
    ],
    ['a picture that is none', { 'arm.xml': texture('file="skin.png"'), 'skin.png': 'GIF89a' }, /it is no PNG picture/],
    [
      'a JPEG as a texture',
      { 'arm.xml': texture('file="skin.JPG"'), 'skin.JPG': Uint8Array.of(0xff, 0xd8) },
      /^arm\.xml, line 3, <texture>: skin\.JPG: \.jpg cannot be read as a picture; save it as PNG/,
    ],
    [
      'a large height field',
      { 'arm.xml': arm(undefined, '<asset><hfield name="h" nrow="50000" ncol="2" size="1 1 1 1"/></asset>') },
      /<hfield>: the height field is 2 × 50000 points/,
    ],
    [
      'NaN mass',
      { 'arm.xml': arm('<geom size=".1" mass="nan"/>') },
      /^arm\.xml, line 6, <geom>: mass is “nan”; it must be a finite number/,
    ],
    ['infinite inertia', { 'arm.xml': arm('<inertial pos="0 0 0" mass="1" diaginertia="1 INF 1"/>') }, /<inertial>: diaginertia is “INF”/],
    [
      'NaN mass in a URDF',
      { 'arm.urdf': urdfArm('part.stl').replace('value="1"', 'value="NaN"'), 'part.stl': tetrahedron() },
      /^arm\.urdf, line 2, <mass>: value is “NaN”/,
    ],
    [
      'a body without mass',
      { 'arm.xml': arm('') },
      /^arm\.xml, line 4, <body>: mass and inertia of moving bodies must be larger than mjMINVAL/,
    ],
    ['a motor on no joint', { 'arm.xml': arm().replace('joint="hinge" ', 'joint="hing" ') }, /unknown transmission target 'hing'/],
    ['no model', { 'README.md': 'hello' }, /the folder has no model/],
    ['several models', { 'a.xml': arm(), 'b.xml': arm() }, /several models: a\.xml, b\.xml\. Say which/],
  ])('%s', (_what, files, message) => {
    expect(refusal(files).message).toMatch(message);
  });

  it('10 million triangles, before they are decoded', () => {
    const triangles = manyTriangles();
    const began = performance.now();
    expect(refusal({ 'arm.xml': meshArm, 'assets/part.stl': triangles }).message).toMatch(/10000000 triangles; 3000000 are allowed/);
    expect(performance.now() - began).toBeLessThan(2000);
  });

  it.each(['/arm.xml', '../arm.xml', 'a/../../arm.xml', 'C:\\arm.xml', 'a\0.xml', ''])('a dropped file at %j', (path) => {
    expect(() => folderInMemory('arm', [{ path, bytes: text('<mujoco/>') }])).toThrow(ModelFileError);
  });

  it('a dropped file that comes twice, and too many', () => {
    const file = (path: string) => ({ path, bytes: new Uint8Array(0) });
    expect(() => folderInMemory('arm', [file('a.xml'), file('./a.xml')])).toThrow(/twice/);
    expect(() =>
      folderInMemory(
        'arm',
        Array.from({ length: 2001 }, (_, k) => file(`${k}.xml`)),
      ),
    ).toThrow(/2001 files; a model may have 2000/);
  });

  it.each([
    ['nothing.xml', /no file nothing\.xml/],
    ['../arm.xml', /parent folder/],
    ['arm.xm', /did you mean arm\.xml\?/],
  ])('the main file %s', (main, message) => {
    expect(refusal({ 'arm.xml': arm() }, main).message).toMatch(message);
  });
});
