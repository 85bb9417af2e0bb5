import { join } from 'node:path';
import { AssetHashType, DockerImage, type Duration, Validations } from 'aws-cdk-lib';
import { type IGrantable, type IPrincipal, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  Architecture,
  Code,
  Function,
  LoggingFormat,
  RecursiveLoop,
  Runtime,
  Tracing,
} from 'aws-cdk-lib/aws-lambda';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type * as z from 'zod';
import { bundle, productFolder, type RuntimeFiles } from '../bundle.ts';
import type { Settings } from '../settings.ts';
import { functionLogGroup } from './log-group.ts';
import { metricsNamespace } from './product-metrics.ts';

export interface LambdaFunctionProps<Environment extends z.ZodType> {
  readonly settings: Pick<Settings, 'logRetentionDays'>;
  /** The folder in functions/ that holds its handler.ts. */
  readonly folder: string;
  readonly description: string;
  /** The variables that the function's own schema requires. */
  readonly environment: z.input<Environment>;
  readonly timeout: Duration;
  /** In MB; the share of a CPU grows with it. */
  readonly memory: number;
  /** Whether it sends messages to the queue that it works off. Lambda would stop such a loop after 16 rounds. */
  readonly feedsItself?: boolean;
  readonly files?: RuntimeFiles;
}

/** A Lambda function with its own role and log group. It may only log until it is granted more. */
export class LambdaFunction<Environment extends z.ZodType<unknown, Readonly<Record<string, string>>>>
  extends Construct
  implements IGrantable
{
  /** The name of its folder in functions/. */
  readonly name: string;
  readonly resource: Function;
  readonly logGroup: LogGroup;
  readonly grantPrincipal: IPrincipal;
  /** The time between its calls, if a schedule calls it. */
  calledEvery?: Duration;

  constructor(scope: Construct, id: string, props: LambdaFunctionProps<Environment>) {
    super(scope, id);
    this.name = props.folder;
    this.logGroup = functionLogGroup(this, props.settings.logRetentionDays);
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    this.logGroup.grantWrite(role);
    Validations.of(role).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason: "X-Ray's two actions take no resource.",
    });
    this.resource = new Function(this, 'Function', {
      description: props.description,
      code: bundledCode(props.folder, props.files),
      handler: 'handler.handler',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: props.memory,
      timeout: props.timeout,
      role,
      logGroup: this.logGroup,
      loggingFormat: LoggingFormat.JSON,
      tracing: Tracing.ACTIVE,
      recursiveLoop: props.feedsItself === true ? RecursiveLoop.ALLOW : RecursiveLoop.TERMINATE,
      environment: {
        ...props.environment,
        POWERTOOLS_SERVICE_NAME: props.folder,
        POWERTOOLS_LOG_LEVEL: 'INFO',
        POWERTOOLS_METRICS_NAMESPACE: metricsNamespace(this),
      },
    });
    this.grantPrincipal = this.resource.grantPrincipal;
  }
}

/** The hash of the bundle makes sure that a function is redeployed only when its own code changes. */
const bundledCode = (folder: string, files: RuntimeFiles | undefined): Code =>
  Code.fromAsset(join(productFolder, 'functions', folder), {
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      image: DockerImage.fromRegistry('never-pulled: esbuild runs right here'),
      local: {
        tryBundle(outputFolder) {
          bundle(folder, files, outputFolder);
          return true;
        },
      },
    },
  });
