// A folder in Lab: brought to the workstation, looked over there, shown here, its task file edited, and imported.
import type { CameraDeclaration, TaskDeclaration } from '../../../src-main/contract/declarations.ts';
import { type Inspection, type ModelFile, taskFileName, type TaskProblem } from '../../../src-main/contract/models.ts';
import type { AppState } from '../../app-state.svelte.ts';
import { messageOf } from '../../refresher.ts';
import type { LabFrame, SceneJoint, SceneModel } from '../../scene/messages.ts';
import { type LabSessionHandle, type SceneClient, sharedSceneClient } from '../../scene/scene-client.ts';
import type { Viewer } from '../../scene/viewer.ts';
import type { PickedFolder } from './read-folder.ts';
import { taskTemplate } from './task-template.ts';

/** Bytes of a file in one message, below the megabyte that one may have. */
const pieceBytes = 512 * 1024;
/** The editor's text is taken up when nothing was typed for so long. */
const typingMs = 400;
/** While it moves, figures follow at most this often: the robot alone needs every frame. */
const readingMs = 100;

export class LabModel {
  folder = $state.raw<PickedFolder | null>(null);
  inspection = $state.raw<Omit<Inspection, 'files'> | null>(null);
  /** Which of the folder's files is the model, where a person said so. */
  main = $state<string | null>(null);
  /** What is going on, in words. */
  busy = $state<string | null>(null);
  failure = $state<string | null>(null);
  taskText = $state('');
  problems = $state.raw<readonly TaskProblem[]>([]);
  declaration = $state.raw<TaskDeclaration | null>(null);
  joints = $state.raw<readonly SceneJoint[]>([]);
  frame = $state.raw<LabFrame | null>(null);
  /** Positions as sliders show them: at once where one is moved, before the frame has come. */
  qpos = $state.raw<Float64Array | null>(null);
  isMoving = $state(false);
  notice = $state<string | null>(null);
  /** The task that it was imported as, until its task file changes. */
  kept = $state<string | null>(null);

  private readonly app: AppState;
  private readonly client: Pick<SceneClient, 'openLab'>;
  private session: LabSessionHandle | null = null;
  private viewer: Viewer | null = null;
  private model: SceneModel | null = null;
  private key = 0;
  /** Poses that were asked for and have not come. */
  private pending = 0;
  private upload = '';
  private readAt = -Infinity;
  private typing: ReturnType<typeof setTimeout> | undefined;

  constructor(app: AppState, client: Pick<SceneClient, 'openLab'> = sharedSceneClient()) {
    this.app = app;
    this.client = client;
  }

  /** The files that could be the model. */
  get models(): string[] {
    return (this.folder?.files ?? []).map(({ path }) => path).filter((path) => /\.(xml|urdf|mjcf)$/i.test(path));
  }

  /** Brings the folder to the workstation and shows it. The newest folder wins. @param main where it is known which file is the model */
  async open(folder: PickedFolder, main: string | null = null): Promise<void> {
    this.close();
    this.folder = folder;
    this.main = main;
    const upload = (this.upload = crypto.randomUUID());
    const isCurrent = (): boolean => this.upload === upload && this.main === main;
    try {
      for (const [k, file] of folder.files.entries()) {
        this.busy = `Reading file ${k + 1} of ${folder.files.length} …`;
        await this.bring(upload, folder.name, file, isCurrent);
        if (!isCurrent()) return;
      }
      await this.look();
    } catch (error) {
      if (isCurrent()) this.failure = messageOf(error);
    } finally {
      if (isCurrent()) this.busy = null;
    }
  }

  /** Another of the folder's files is the model. */
  async choose(main: string): Promise<void> {
    const { upload } = this;
    this.leave();
    this.main = main;
    const isCurrent = (): boolean => this.upload === upload && this.main === main;
    try {
      await this.look();
    } catch (error) {
      if (isCurrent()) this.failure = messageOf(error);
    } finally {
      if (isCurrent()) this.busy = null;
    }
  }

  /** Has what was brought looked over, and shows it. */
  private async look(): Promise<void> {
    const { upload, main } = this;
    this.busy = 'MuJoCo looks it over …';
    const inspection = await this.app.call('models.inspect', { upload, model: main, taskText: null });
    if (this.upload !== upload || this.main !== main) return;
    this.inspection = inspection;
    this.taskText = inspection.taskText ?? '';
    this.problems = inspection.problems;
    this.show();
  }

  close(): void {
    this.leave();
    this.upload = '';
    this.folder = this.main = null;
  }

  /** The model that is shown; the folder stays. */
  private leave(): void {
    clearTimeout(this.typing);
    this.session?.close();
    this.session = null;
    this.kept = this.inspection = this.frame = this.qpos = this.declaration = this.failure = this.notice = this.busy = null;
    this.problems = [];
    this.joints = [];
    this.taskText = '';
    this.isMoving = false;
  }

  setViewer(viewer: Viewer | null): void {
    this.viewer = viewer;
    if (viewer !== null) this.draw();
  }

  /** The editor's text changed. */
  edit(text: string): void {
    this.taskText = text;
    this.kept = null;
    clearTimeout(this.typing);
    this.typing = setTimeout(() => this.session?.setTask(text.trim() === '' ? null : text), typingMs);
  }

  writeTemplate(): void {
    if (this.inspection !== null) this.edit(taskTemplate(this.inspection.id, this.inspection.report));
  }

  /** Puts one position of the model elsewhere. */
  setPosition(index: number, value: number): void {
    if (this.qpos === null || this.session === null) return;
    const qpos = this.qpos.slice();
    qpos[index] = value;
    this.qpos = qpos;
    this.isMoving = false;
    this.pending += 1;
    this.session.setPose(qpos);
  }

  reset(): void {
    this.isMoving = false;
    this.session?.setPose(null);
  }

  setMoving(isMoving: boolean): void {
    this.isMoving = isMoving;
    this.session?.setRandom(isMoving);
  }

  /** Keeps the model with the editor's task file. @returns its id, or null where it was refused */
  async keep(): Promise<string | null> {
    const { upload, main, taskText: text } = this;
    // A folder that was opened meanwhile is another matter, and text that was typed meanwhile is not what was imported.
    const isCurrent = (): boolean => this.upload === upload && this.main === main;
    this.busy = 'Importing …';
    try {
      const taskText = text.trim() === '' ? null : text;
      const { id, isNew } = await this.app.call('models.import', { upload, model: main, taskText });
      if (isCurrent()) {
        this.failure = null;
        this.kept = taskText === null || this.taskText !== text ? null : id;
      }
      this.app.toast(isNew ? `Imported as ${id}` : `${id} is there already, with the same content`);
      return id;
    } catch (error) {
      if (isCurrent()) this.failure = messageOf(error);
      else this.app.showError(error);
      return null;
    } finally {
      if (isCurrent()) this.busy = null;
    }
  }

  private async bring(upload: string, folder: string, { path, bytes }: ModelFile, isCurrent: () => boolean): Promise<void> {
    for (let offset = 0; isCurrent() && (offset === 0 || offset < bytes.byteLength); offset += pieceBytes) {
      await this.app.call('models.upload', { upload, folder, path, offset, bytes: bytes.slice(offset, offset + pieceBytes) });
    }
  }

  private show(): void {
    const { folder, inspection } = this;
    if (folder === null || inspection === null) return;
    const files = folder.files.filter(({ path }) => path !== taskFileName);
    this.session = this.client.openLab(
      { main: inspection.main, files, taskText: inspection.taskText },
      {
        onModel: () => undefined,
        onLabTask: ({ model, problems, declaration }) => {
          this.model = model;
          this.key += 1;
          // The workstation also tried the folder's own text, with random actions.
          this.problems = problems.length === 0 && this.taskText === inspection.taskText ? inspection.problems : problems;
          this.declaration = declaration;
          this.joints = model.joints;
          this.frame = this.qpos = null;
          this.pending = 0;
          this.isMoving = false;
          this.viewer?.setModel(model, `lab ${this.key}`, this.camera(model));
        },
        onLabFrame: (frame) => {
          if (frame.notice !== null) this.notice = frame.notice;
          this.viewer?.setPoses(frame.poses, true);
          if (frame.step === null) this.pending = Math.max(0, this.pending - 1);
          const now = performance.now();
          if (frame.step === null || now - this.readAt >= readingMs) {
            this.readAt = now;
            this.frame = frame;
            if (this.pending === 0) this.qpos = frame.qpos;
          }
          requestAnimationFrame(() => this.session?.seen());
        },
        onNotice: (message) => (this.notice = message),
        onFailure: (message) => (this.failure = message),
      },
    );
  }

  private draw(): void {
    if (this.model === null || this.frame === null) return;
    this.viewer?.setModel(this.model, `lab ${this.key}`, this.camera(this.model));
    this.viewer?.setPoses(this.frame.poses, false);
  }

  private camera(model: SceneModel): CameraDeclaration {
    return this.declaration?.camera ?? { trackBody: null, lookAt: model.centre, distance: 2 * model.extent, azimuth: 120, elevation: -18 };
  }
}
