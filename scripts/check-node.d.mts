// Types of check-node.mjs, which is plain JavaScript so that an old Node can run it.
export declare const nodePackages: Readonly<Record<string, string>>;
export declare function explainUnfitNode(facts: {
  version: string;
  napi: number;
  stripsTypes: boolean;
  platform: string;
  hasPackage: (name: string) => boolean;
}): string | null;
