// What the measurement gives to the interpreter: the shipped code generator, and nothing else.
import { codeGenerator } from "../../firmware/otp/totp.js";

declare const global: { codeGenerator: typeof codeGenerator };
global.codeGenerator = codeGenerator;
