/** What WebCL layers over node-opencl wrap its objects in. Exports only: node-opencl makes globals of them too. */
class Wrapper {
  _: unknown

  constructor(wrapped: unknown) {
    this._ = wrapped
  }
}

export class WebCLPlatform extends Wrapper {}
export class WebCLDevice extends Wrapper {}
export class WebCLContext extends Wrapper {}
export class WebCLCommandQueue extends Wrapper {}
export class WebCLMemObject extends Wrapper {}
export class WebCLEvent extends Wrapper {}
export class WebCLProgram extends Wrapper {}
export class WebCLKernel extends Wrapper {}
export class WebCLSampler extends Wrapper {}
