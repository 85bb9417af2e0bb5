import { RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { AccountRecovery, CfnUserPoolGroup, Mfa, StringAttribute, UserPool } from 'aws-cdk-lib/aws-cognito';
import { Construct } from 'constructs';
import { roles } from '../../shared/use-cases/access.ts';
import { defaults, type Settings } from '../settings.ts';

interface PeopleProps {
  readonly settings: Pick<Settings, 'keepData'>;
}

/** Cognito prefixes the names of custom attributes with `custom:`; the pool itself uses them without it. */
export const partnerAttribute = defaults.poolClaimNames.partnerId.replace(/^custom:/, '');

/** A Cognito user pool: operators add people, each with a partner and the groups that are their roles. */
export class People extends Construct {
  readonly pool: UserPool;

  constructor(scope: Construct, id: string, { settings }: PeopleProps) {
    super(scope, id);
    this.pool = new UserPool(this, 'Pool', {
      selfSignUpEnabled: false,
      signInAliases: { email: true },
      signInCaseSensitive: false,
      standardAttributes: { email: { required: true, mutable: true } },
      customAttributes: {
        [partnerAttribute]: new StringAttribute({ minLen: 1, maxLen: 64, mutable: true }),
      },
      passwordPolicy: {
        minLength: 12,
        requireLowercase: true,
        requireUppercase: true,
        requireDigits: true,
        requireSymbols: true,
      },
      mfa: Mfa.REQUIRED,
      mfaSecondFactor: { otp: true, sms: false },
      accountRecovery: AccountRecovery.EMAIL_ONLY,
      deletionProtection: settings.keepData,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    Validations.of(this.pool).acknowledge({
      id: 'AwsSolutions-COG8',
      reason:
        'Passwords are never enough here, since a second factor is required; the plus plan costs for each person.',
    });
    for (const groupName of roles) {
      const group = new CfnUserPoolGroup(this, `Role-${groupName}`, {
        userPoolId: this.pool.userPoolId,
        groupName,
      });
      // Without them, the people who stay in the pool would lose their roles.
      group.applyRemovalPolicy(RemovalPolicy.RETAIN);
    }
    this.pool.addDomain('Domain', {
      // Unique across all AWS accounts in the region.
      cognitoDomain: {
        domainPrefix: `${Stack.of(this).stackName.toLowerCase()}-${Stack.of(this).account}`,
      },
    });
  }
}
