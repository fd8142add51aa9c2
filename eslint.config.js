import js from "@eslint/js";
import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["dist/", "coverage/", "test/live/harness.js", ".dependency-cruiser.cjs"] },
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        project: ["./tsconfig.json", "./firmware/tsconfig.json"],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      "max-lines": ["error", 400],
      "max-lines-per-function": ["error", 70],
      // The compiler's noUncheckedIndexedAccess asks for `!` where a loop's bounds are the proof.
      "@typescript-eslint/no-non-null-assertion": "off",
      // There are none, so the rule that watches what is put into them has nothing to do, at a sixth of the time.
      "no-restricted-syntax": ["error", "TSEnumDeclaration"],
      "@typescript-eslint/no-unsafe-enum-assignment": "off",
      // All that is spread here is ASCII.
      "@typescript-eslint/no-misused-spread": "off",
    },
  },
  { files: ["**/*.js"], ...tseslint.configs.disableTypeChecked },
  { files: ["test/**"], rules: { "max-lines-per-function": "off" } },
  {
    // The device program is written in the subset that the boards' interpreter can run.
    files: ["firmware/{otp,app,board}/**", "firmware/main.ts"],
    rules: {
      "object-shorthand": "off",
      "@typescript-eslint/prefer-optional-chain": "off",
      "@typescript-eslint/prefer-nullish-coalescing": "off",
      "@typescript-eslint/prefer-for-of": "off",
      "@typescript-eslint/no-require-imports": "off",
      // Each call costs the interpreter more than all the arithmetic of a code.
      "@typescript-eslint/restrict-plus-operands": "off",
    },
  },
);
