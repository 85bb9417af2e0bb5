import { Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import {
  AccountRecovery,
  CfnUserPoolGroup,
  ClientAttributes,
  Mfa,
  OAuthScope,
  StringAttribute,
  UserPool,
  type UserPoolClient,
} from 'aws-cdk-lib/aws-cognito';
import { Construct } from 'constructs';
import { paths } from '../../functions/serve-console/paths.ts';
import { roles } from '../../shared/use-cases/access.ts';
import { defaults, type Settings } from '../settings.ts';

interface SignInProps {
  readonly settings: Pick<Settings, 'signIn' | 'keepData'>;
  /** Where the console is, without a slash at the end. */
  readonly origin: string;
}

/** Who says who people are: the issuer of the settings, or a Cognito user pool of the stack's own. */
export class SignIn extends Construct {
  readonly issuer: string;
  readonly audience: string[];
  /** The console as the issuer knows it: a public client, which proves itself by PKCE. */
  readonly consoleClientId: string;

  constructor(scope: Construct, id: string, { settings, origin }: SignInProps) {
    super(scope, id);
    if (settings.signIn) {
      const { issuer, audience, consoleClientId } = settings.signIn;
      this.issuer = issuer;
      this.audience = [...audience];
      this.consoleClientId = consoleClientId;
      return;
    }
    const people = this.#people(settings);
    for (const groupName of roles) {
      const group = new CfnUserPoolGroup(this, `Role-${groupName}`, {
        userPoolId: people.userPoolId,
        groupName,
      });
      // Without it the people who stay in the pool would lose their roles.
      group.applyRemovalPolicy(RemovalPolicy.RETAIN);
    }
    people.addDomain('Domain', {
      // Unique in the region for all of AWS.
      cognitoDomain: {
        domainPrefix: `${Stack.of(this).stackName.toLowerCase()}-${Stack.of(this).account}`,
      },
    });
    const { userPoolClientId } = this.#console(people, origin);
    // The provider's URL by CloudFormation is this as well, but not every engine of templates knows that attribute.
    this.issuer = `https://${people.userPoolProviderName}`;
    this.audience = [userPoolClientId];
    this.consoleClientId = userPoolClientId;
  }

  /** Operators add people, each with a partner and the groups that are their roles. */
  #people({ keepData }: SignInProps['settings']): UserPool {
    const people = new UserPool(this, 'People', {
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
      deletionProtection: keepData,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    Validations.of(people).acknowledge({
      id: 'AwsSolutions-COG8',
      reason:
        'Passwords are never enough here, since a second factor is required; the plus plan costs for each person.',
    });
    return people;
  }

  #console(people: UserPool, origin: string): UserPoolClient {
    return people.addClient('Console', {
      generateSecret: false,
      authFlows: {},
      oAuth: {
        flows: { authorizationCodeGrant: true },
        scopes: [OAuthScope.OPENID, OAuthScope.EMAIL, OAuthScope.PROFILE],
        callbackUrls: [origin + paths.signedIn],
        logoutUrls: [origin + paths.signOut],
      },
      preventUserExistenceErrors: true,
      enableTokenRevocation: true,
      accessTokenValidity: Duration.hours(1),
      idTokenValidity: Duration.hours(1),
      readAttributes: new ClientAttributes()
        .withStandardAttributes({ email: true, emailVerified: true, fullname: true })
        .withCustomAttributes(partnerAttribute),
      // Nobody may give themselves a partner: unless told otherwise, a client may write every attribute. Cognito
      // refuses a client that may not write what is required.
      writeAttributes: new ClientAttributes().withStandardAttributes({ email: true, fullname: true }),
    });
  }
}

/** Cognito's own words for a custom attribute begin with `custom:`; in the pool it is named without. */
const partnerAttribute = defaults.poolClaimNames.partnerId.replace(/^custom:/, '');
