import { Duration } from 'aws-cdk-lib';
import { ClientAttributes, type IUserPool, OAuthScope, UserPoolClient } from 'aws-cdk-lib/aws-cognito';
import { Construct } from 'constructs';
import { paths } from '../../functions/serve-console/paths.ts';
import type { Settings } from '../settings.ts';
import { partnerAttribute, type People } from './people.ts';

interface SignInProps {
  readonly settings: Pick<Settings, 'signIn'>;
  readonly people: People | undefined;
  /** Where the console is, without a slash at the end. */
  readonly origin: string;
}

/** Who says who people are: the issuer of the settings, or the Cognito user pool of the product's own. */
export class SignIn extends Construct {
  readonly issuer: string;
  readonly audience: string[];
  /** The console as the issuer knows it: a public client, which proves itself by PKCE. */
  readonly consoleClientId: string;

  constructor(scope: Construct, id: string, { settings, people, origin }: SignInProps) {
    super(scope, id);
    if (settings.signIn) {
      const { issuer, audience, consoleClientId } = settings.signIn;
      this.issuer = issuer;
      this.audience = [...audience];
      this.consoleClientId = consoleClientId;
      return;
    }
    if (!people) throw new Error('without an issuer of the settings there must be a user pool');
    const { userPoolClientId } = this.#console(people.pool, origin);
    // The provider's URL by CloudFormation is this as well, but not every engine of templates knows that attribute.
    this.issuer = `https://${people.pool.userPoolProviderName}`;
    this.audience = [userPoolClientId];
    this.consoleClientId = userPoolClientId;
  }

  #console(userPool: IUserPool, origin: string): UserPoolClient {
    return new UserPoolClient(this, 'Console', {
      userPool,
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
