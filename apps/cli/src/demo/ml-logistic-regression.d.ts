/** The package ships no types; these are the parts that the demo uses. */
declare module 'ml-logistic-regression' {
  import type { Matrix } from 'ml-matrix';

  export default class LogisticRegression {
    constructor(options: { numSteps: number; learningRate: number });
    /** One one-against-rest classifier per class; classifier i holds the weights against class i. */
    classifiers: { weights: Matrix }[];
    train(features: Matrix, classes: Matrix): void;
  }
}
