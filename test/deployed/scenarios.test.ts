import { scenarios } from '../scenarios/scenarios.ts';
import { deployment } from './deployment.ts';
import { deployedTarget } from './target.ts';

scenarios(() => deployedTarget(deployment()));
