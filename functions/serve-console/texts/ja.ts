import type { Texts } from './en.ts';

/** What the console says in Japanese. Status names and main actions are those that Cisco's own Japanese pages use. */
export const ja: Texts = {
  product: 'プロビジョニング メール',
  skip: '本文へ移動',
  mainNavigation: 'メイン',
  breadcrumb: 'パンくずリスト',
  signedInAs: (name) => `${name} としてサインイン中`,
  language: '言語',
  signOut: 'サインアウト',
  signIn: 'サインイン',
  partner: 'パートナー',
  roles: { operator: 'オペレーター', resend: '再送信可', view: '閲覧のみ', none: '権限なし' },
  footer: '時刻はすべて UTC です。',
  zone: (zone) =>
    `時刻はお使いのタイム ゾーン（${zone}）で表示しています。時刻にポインターを合わせると UTC で表示されます。`,
  inUtc: '時刻を UTC で表示',
  inZone: '時刻を自分のタイム ゾーンで表示',
  copy: 'コピー',
  copied: 'コピーしました',
  externalSite: '外部サイト',
  none: 'なし',

  status: {
    Scheduled: '送信予定',
    AwaitingProvisioningDetails: 'プロビジョニングの詳細待ち',
    Onboarded: 'オンボーディング完了',
    Closed: '終了済み',
    Cancelled: 'キャンセル済み',
  },
  provisioningPending: 'プロビジョニング未完了',
  delivery: {
    Accepted: '送信済み',
    Delivered: '配信済み',
    Delayed: '遅延',
    Bounced: '不達',
    Complained: '迷惑メール報告',
    Rejected: '拒否',
  },

  field: {
    order: '注文',
    line: '品目',
    subscription: 'サブスクリプション',
    offer: 'オファー',
    customer: 'エンド カスタマー',
    status: 'ステータス',
    startDate: '希望開始日',
    window: 'プロビジョニング期間',
    firstEmail: '最初のメール',
    deadline: '期限',
    timeLeft: '残り時間',
    closedAt: '終了日時',
    onboardedAt: 'オンボーディング完了日時',
    cancelledAt: 'キャンセル日時',
    organization: '組織',
    contactEmail: 'プロビジョニング連絡先メールアドレス',
    lastEmail: '直近のメール',
    placedBy: '注文者',
    to: '宛先',
    sentAt: '送信日時',
    nextResend: '次回の再送信が可能になる日時',
    reference: 'お問い合わせ番号',
  },

  time: {
    left: (span) => `残り ${span}`,
    overdueSince: (span) => `${span}前に終了`,
    startsIn: (span) => `${span}後にメールを送信`,
    due: 'まもなくメールを送信',
    queued: 'メール送信の順番待ち',
    leaves: (moment) => `${moment} ごろ送信予定`,
    until: (date) => `${date} まで`,
    ended: (date) => `${date} に終了`,
    on: (date) => date,
    since: (date) => `送信予定日時: ${date}`,
    notRunning: '期限なし',
    over: 'たった今終了',
  },

  orders: {
    title: '注文一覧',
    introduction:
      'コラボレーション サブスクリプションの注文品目を期限の近い順に表示しています。オンボーディングが完了した品目とキャンセル済みの品目は最後に表示されます。',
    search: '検索',
    searchHint:
      '注文番号、品目（注文番号/品目番号）、サブスクリプション ID、担当者のメールアドレスまたはドメイン、エンド カスタマー名（前方一致）',
    searchWrong: '制御文字やマークアップを含めずに、254 文字以内で入力してください。',
    searchTooMany: '該当する注文品目が多すぎます。続きの文字を入力するか、パートナー ID を指定してください。',
    find: '検索',
    clear: '検索を解除',
    partnerHint: '注文品目を表示するパートナーの ID（空欄の場合は全パートナーを検索）',
    partnerWrong:
      'パートナー ID は、半角英数字、ドット、ハイフン、アンダースコアを使用し、1～64 文字で入力してください。',
    choosePartner: 'パートナーを選択してください',
    choosePartnerHow:
      'オペレーターには、一度に 1 社のパートナーの注文品目が表示されます。上の欄にパートナー ID を入力するか、全パートナーの注文品目から検索してください。',
    filter: 'ステータスで絞り込み',
    all: 'すべて',
    shown: (count, more) => (more ? `${count} 件（次のページに続きます）` : `${count} 件`),
    nothing: '注文品目がありません',
    nothingFound: (word) =>
      `「${word}」で始まる注文番号、サブスクリプション ID、メールアドレス、ドメイン、エンド カスタマー名は見つかりませんでした。`,
    nothingInFilter:
      'このステータスの注文品目はありません。別のステータスを選択するか、すべての注文品目を表示してください。',
    nothingAtAll: 'このパートナーの注文が登録されると、注文品目がここに表示されます。',
    seeAll: 'すべての注文品目を表示',
    next: '次のページ',
    first: '最初のページ',
    pages: 'ページ',
    lineOf: (orderId, lineId) => `注文 ${orderId} の品目 ${lineId}`,
    table: '注文品目（期限の近い順）',
  },

  order: {
    title: (orderId) => `注文 ${orderId}`,
    lines: '注文品目',
    lineTitle: (lineId) => `品目 ${lineId}`,
    details: '履歴と詳細',
    pending:
      'プロビジョニング期間は終了しましたが、プロビジョニングは完了していません。このページで、引き続きメールの再送信と担当者の変更ができます。',
    onboarded: (date) => `お客様の組織のオンボーディングは ${date} に完了しました。`,
  },

  subscription: {
    title: 'クラウド/SaaS サブスクリプション',
    introduction: (subscriptionId) => `サブスクリプション ${subscriptionId}`,
    pending:
      'プロビジョニング期間が終了し、注文品目は「終了済み」となりましたが、サブスクリプションはまだ設定されていません。組織のオンボーディングが完了するまでは、メールの再送信と担当者の変更が可能です。',
  },

  line: {
    title: (orderId, lineId) => `注文 ${orderId}、品目 ${lineId}`,
    facts: '詳細',
    history: '履歴',
    by: (actor) => `実行者: ${actor}`,
    missing: 'メールが届かない場合',
    missingSpam:
      '迷惑メール フォルダーを確認するよう、担当者にご依頼ください。会社にメールの隔離機能がある場合は、そちらの確認もご依頼ください。',
    missingAllow: '次の送信元アドレスからのメールを許可するよう、担当者の会社の IT 管理者にご依頼ください。',
    sender: '送信元アドレス',
    missingAddress: (email) => `${email} に誤りがないか確認してください。`,
    missingCorrect:
      '誤りがある場合は［編集］で修正してください。新しいアドレスにすぐにメールが送信されます。',
    bounceReason: 'メール サービスからの報告:',
  },

  actors: {
    'commerce.workspace': '通知元: Cisco Commerce Workspace',
    'control-hub': '通知元: Control Hub',
    'aws.ses': '通知元: メール サービス',
    workflow: '自動処理',
    sweep: '自動処理',
  },
  history: {
    Booked: '注文品目を登録',
    Rescheduled: (date) => `希望開始日を ${date} に変更`,
    rescheduleTooLate: (date) =>
      `希望開始日の ${date} への変更は、「送信予定」ではなくなっていたため適用されませんでした`,
    rescheduleOvertaken: (date) =>
      `希望開始日の ${date} への変更は、より新しい変更が適用済みのため適用されませんでした`,
    sent: {
      first: 'プロビジョニング メールを送信',
      resend: 'プロビジョニング メールを再送信',
      'contact-change': '新しい担当者にプロビジョニング メールを送信',
      reminder: 'リマインド メールを送信',
    },
    ProvisioningEmailFailed: 'プロビジョニング メールを送信できませんでした',
    ProvisioningEmailUnconfirmed:
      'プロビジョニング メールの送信を確認できていません（メール サービスからの報告待ち）',
    confirmed: 'メール サービスからの応答は失われましたが、その後の報告により送信を確認しました。',
    notAccepted:
      'メール サービスがメールを受け付けませんでした。送信されておらず、送信回数にも含まれません。',
    repeated: (times, since) => `${since} 以降、連続 ${times} 回。`,
    filter: '履歴を絞り込み',
    download: 'すべてを CSV でダウンロード',
    kinds: { emails: 'メール', contact: '担当者', line: '注文品目' },
    nothing: '該当する履歴はまだありません。',
    before: '変更前',
    after: '変更後',
    unknown: '記録なし',
    meaning: {
      Booked: 'メールは、希望開始日の時点の担当者に送信されます。',
      sent: {
        first: 'このメールの送信により、プロビジョニング期間が始まりました。',
        resend: '期限は変わりません。',
        'contact-change': '以後のメールは、このアドレスにのみ送信されます。期限は変わりません。',
        reminder: 'その時点で設定が完了していませんでした。',
      },
      ProvisioningEmailUnconfirmed:
        'メール サービスからの応答が失われました。送信回数に含まれ、送信されたかどうかはメール サービスからの報告で確認されます。',
      sameAddress: 'アドレスは変わらず、氏名または言語のみ変更されました。',
      ClosingSoon: '最後のリマインドの時期になりましたが、設定が完了していませんでした。',
      Onboarded: '以降の設定は Control Hub で行います。今後、メールは送信されません。',
      Closed: 'その時点で設定が完了していませんでした。引き続き、設定とメールの再送信が可能です。',
      Cancelled: '今後、メールは送信されません。',
    },
    feedbackMeaning: {
      Accepted: 'メール サービスが受け付け、配信しています。',
      Delivered:
        '受信側のメール サーバーが受け取りました。迷惑メール フォルダーに振り分けられている場合があります。',
      Delayed: '受信側のメール サーバーがまだ受け取っていません。メール サービスが引き続き配信を試みます。',
      Bounced: '受信側のメール サーバーから差し戻されました。',
      Complained: 'このアドレスには、以後メールを送信しません。',
      Rejected: '受信者には送信されていません。',
    },
    technicalReason: '技術的な理由',
    feedback: {
      Accepted: 'メールを受付',
      Delivered: 'メールを配信',
      Delayed: 'メールの配信が遅延',
      Bounced: 'メールが不達',
      Complained: '受信者が迷惑メールとして報告',
      Rejected: 'メール サービスがメールを拒否',
    },
    ProvisioningContactChanged: 'プロビジョニング担当者を変更',
    ClosingSoon: 'まもなく終了（プロビジョニング期間の終了が近づいています）',
    Onboarded: '組織のオンボーディングが完了（以後、再送信と変更は不可）',
    Closed: 'プロビジョニング期間満了により終了',
    Cancelled: '注文品目をキャンセル',
  },

  edit: '編集',
  resend: '再送信',
  editOf: (lineId) => `編集: 品目 ${lineId} の担当者`,
  resendOf: (lineId) => `再送信: 品目 ${lineId} のメール`,
  done: '完了',
  back: '戻る',
  cancel: 'キャンセル',

  whyNot: {
    viewOnly: (name) => `権限は閲覧のみです。注文者の ${name} 様にお問い合わせください。`,
    'not-started': (date) => `最初のメールは ${date} に送信されます。`,
    due: (date) => `最初のメール（送信予定日時: ${date}）は、まもなく自動的に送信されます。`,
    'point-of-no-return': 'オンボーディングが完了しています。以降の設定は Control Hub で行います。',
    cancelled: 'キャンセル済みのため、メールは送信されません。',
    'contact-undeliverable': 'このアドレスにはメールが届きません。［編集］で変更してください。',
    'resend-too-soon': (date) => `直近の送信から間もないため、次回は ${date} 以降に再送信できます。`,
    'resend-limit-reached': (date) =>
      `24 時間に送信できるメールの上限に達しました。次回は ${date} 以降に送信できます。`,
    soon: {
      'resend-too-soon': (span) => `直近の送信から間もないため、${span}後に再送信できます。`,
      'resend-limit-reached': (span) =>
        `24 時間に送信できるメールの上限に達しました。${span}後に再び送信できます。`,
    },
    limitForGood: 'この品目で送信できるメールの上限に達しました。',
    unknown: '現在、この操作はできません。',
  },
  nowPossible: '再び送信できます。',

  resendDialog: {
    title: '再送信の確認',
    question: (email) => `プロビジョニング メールを ${email} に再送信しますか?`,
    what: 'メールには、サブスクリプションを設定するためのリンクが記載されています。以前のメールのリンクも引き続き有効です。期限は変わりません。',
    closed:
      'プロビジョニング期間は終了しています。メールにもその旨が記載されますが、サブスクリプションは引き続き設定できます。',
    yes: 'はい',
    no: 'いいえ',
    sentTitle: 'メールを送信しました',
    sent: (email) => `プロビジョニング メールを ${email} に再送信しました。`,
    notSentTitle: 'メールを送信できませんでした',
    notSent:
      'メール サービスがメールを受け付けませんでした。何も変更されず、送信回数にも含まれていません。もう一度お試しください。',
    confirmAgain: 'もう一度確認してください。まだ何も送信されていません。',
    tryAgain: 'もう一度試す',
  },

  jobs: {
    title: '一括再送信',
    introduction: '複数の注文品目のメールをまとめて再送信した記録です。新しい順に、90 日間表示されます。',
    noJobs: '一括再送信はまだ行われていません。',
    select: (orderId, lineId) => `注文 ${orderId} の品目 ${lineId} を選択`,
    selectAll: '条件に一致するすべての品目を選択（次のページ以降も含む）',
    resendSelected: '選択した品目を再送信',
    resendOf: (orderId, lineId) => `再送信: 注文 ${orderId} の品目 ${lineId} のメール`,
    line: (orderId, lineId) => `${orderId}、品目 ${lineId}`,
    confirmTitle: '再送信の確認',
    question: (count) => `${count} 件の品目のプロビジョニング メールを再送信しますか？`,
    noneGoes: '現在再送信できる品目はありません。',
    nothingSelected: '品目が選択されていません。前のページに戻り、品目を選択してください。',
    tooMany: '10,000 件を超える品目が該当します。条件を絞り込んでください。',
    chosen: '選択した注文品目',
    outcome: '結果',
    goes: '送信されます',
    skippedTitle: '対象外の品目',
    skipped: (count, _lines, why) => `${count} 件: ${why}`,
    what: 'メールには、サブスクリプションを設定するためのリンクが記載されています。期限は変わりません。メールは順に送信され、このページを離れても送信は続きます。',
    start: (count) => `${count} 件のメールを再送信`,
    inProgressTitle: '別の一括再送信が実行中です',
    inProgress:
      '一括再送信は、1 社につき一度に 1 件のみ実行できます。今回の再送信は開始されていません。実行中の処理が完了してから、もう一度お試しください。',
    toJob: '進行状況を表示',
    jobTitle: '一括再送信',
    progress: '進行状況',
    status: { Queued: '開始待ち', Running: '実行中', Completed: '完了' },
    done: (done, total) => `${total} 件中 ${done} 件`,
    counted: (result, count) => `${result}: ${count} 件`,
    goesOn: 'このページを離れても、処理は続きます。',
    results: '結果',
    filter: '結果で絞り込み',
    result: { sent: '送信済み', skipped: '対象外', failed: '未送信', unconfirmed: '送信状況不明' },
    noResults: '該当する結果はまだありません。',
    reason: {
      'order-line-not-found': '注文品目が見つかりません',
      'email-not-sent': 'メール サービスがメールを受け付けませんでした',
      'email-unconfirmed':
        'メール サービスからの応答がありませんでした。送信されたかどうかは履歴で確認できます',
      internal: 'システムでエラーが発生しました',
    },
    csv: 'CSV をダウンロード',
    startedBy: '実行者',
    startedAt: '開始日時',
    completedAt: '完了日時',
    lines: '品目数',
    at: '日時',
  },

  support: {
    title: '繰り返し失敗する場合は、サポート ケースを作成してください',
    portal: 'Customer Service Hub を開く',
    how: '「Provisioning Assistance」を検索し、次の内容をお伝えください。',
    search: '検索キーワード',
    requestType: '依頼の種類',
    details: 'サポート ケースの内容',
  },

  unconfirmed: {
    title: 'メールの送信を確認できていません',
    what: (email) =>
      `メール サービスからの応答を受け取れませんでした。${email} 宛のメールは送信された可能性があるため、送信回数に含まれ、履歴にも記録されています。`,
    ask: '再送信する前に、メールが届いているかどうかを担当者にご確認ください。',
    change: '担当者の変更は、送信が確認された時点で反映されます。それまでは現在の担当者のままです。',
    others: 'この注文のほかの品目は変更されていません。後ほど、あらためて適用してください。',
    wait: 'メール サービスからの報告で送信が確認されると、このページでお知らせします。',
    look: '今すぐ確認',
    notice: (email) =>
      `直近のメール（${email} 宛）は、メール サービスからの応答を受け取れなかったため、送信を確認できていません。確認されると、履歴に送信済みとして表示されます。`,
    askFirst: '再送信する前に、メールが届いているかどうかを担当者にご確認ください。',
    firstAgain: '送信が確認されない場合は、自動的にもう一度送信されます。',
    support: '送信が確認されず、メールも届かない場合は、サポート ケースを作成してください',
  },

  explain: {
    title: {
      'not-started': '最初のメールはこれから送信されます',
      'point-of-no-return': '組織のオンボーディングはすでに完了しています',
      cancelled: '注文品目はキャンセルされました',
      'contact-undeliverable': 'この担当者にはメールが届きません',
      'resend-too-soon': 'まだ再送信できません',
      'resend-limit-reached': 'メールの上限に達しました',
    },
    'not-started': (date) => `最初のプロビジョニング メールは、希望開始日の ${date} に自動的に送信されます。`,
    due: (date) => `最初のプロビジョニング メール（送信予定日時: ${date}）は、まもなく自動的に送信されます。`,
    notStartedInstead: 'それまでは担当者を変更できます。メールはその時点の担当者に送信されます。',
    ponr: 'お客様の組織がこの注文に関連付けられました。プロビジョニング メールの再送信と担当者の変更はできません。',
    ponrInstead: 'プロビジョニング担当者または組織の管理者が、Control Hub で設定を完了します。',
    cancelled: 'キャンセルされた注文品目では、メールの送信も担当者の変更もできません。',
    cancelledInstead: (name) => `キャンセルが誤りの場合は、注文者の ${name} 様に再注文をご依頼ください。`,
    'contact-undeliverable': (email) =>
      `${email} にはメールを送信できません。メールの受信が恒久的に拒否された、受信者が迷惑メールとして報告した、または依頼によりアドレスが消去されたためです。`,
    undeliverableInstead:
      'プロビジョニング担当者を変更してください。新しいアドレスにすぐにメールが送信されます。',
    'resend-too-soon': (date) =>
      `メールの送信には一定の間隔が必要です。次回は ${date} 以降に再送信できます。`,
    tooSoonInstead: (email) =>
      `その間に、${email} 宛のメールが届いていないか、迷惑メール フォルダーも含めて確認するよう、担当者にご依頼ください。`,
    'resend-limit-reached': (date) =>
      `この品目で 24 時間に送信できるメールの上限に達しました。次回は ${date} 以降に再送信できます。`,
    limitForGood: 'この品目で送信できるメールの上限に達しました。これ以上は送信できません。',
    limitInstead: (email) => `別の方法で担当者に連絡し、${email} 宛のメールを確認するようご依頼ください。`,
    changeContact: '担当者を変更',
    nothingSent: 'メールは送信されませんでした。',
    nothingSaved: '何も保存されませんでした。',
  },

  contactDialog: {
    title: 'プロビジョニング担当者の編集',
    email: '新しいメールアドレス',
    emailHint: '例: jane@example.com',
    name: '氏名',
    nameHint: '任意。空欄にすると、氏名は登録されません。',
    locale: 'メールの言語',
    all: (count) => `すべての品目に適用（${count} 件）`,
    allSkips: (lines) => `変更できないため除外される品目: ${lines}`,
    sendsAtOnce:
      '新しいアドレスを保存すると、そのアドレスにすぐにプロビジョニング メールが送信されます。氏名または言語だけを変更した場合、メールは送信されません。期限は変わりません。',
    sendsLater: (date) =>
      `保存してもメールはまだ送信されません。プロビジョニング メールは ${date} に担当者へ送信されます。`,
    sendsWhenDue:
      '保存してもメールはすぐには送信されません。まもなく送信される最初のメールが、この担当者に届きます。',
    save: '保存',
    wrongTitle: '入力内容を確認してください',
    wrong: {
      email:
        'メールアドレスを 1 つ、半角英数字で入力してください（@ の前は 64 文字以内）。例: jane@example.com',
      name: '氏名は、改行やタグを含めずに 200 文字以内で入力してください。',
      locale: '言語を選択してください。',
    },
    confirmAgain: '入力内容を確認して、もう一度保存してください。まだ何も保存されていません。',
    keptForYou:
      'もう一度サインインしていただきました。入力した内容は残っています。確認して、もう一度保存してください。',
    refused: {
      'contact-undeliverable': 'このアドレスにはメールが届きません。別のアドレスを入力してください。',
      'resend-too-soon': 'この品目の別のメールを送信中です。1 分後にもう一度お試しください。',
    },
    savedTitle: '担当者を変更しました',
    unchangedTitle: '変更はありません',
    unchanged: (email) =>
      `担当者（${email}）の氏名と言語は入力内容と同じため、変更も送信も行っていません。もう一度送信するには［再送信］を使用してください。`,
    sent: (lines, email) => `${lines}: プロビジョニング メールを ${email} に送信しました。`,
    saved: (lines, email) => `${lines}: プロビジョニング メールは希望開始日に ${email} へ送信されます。`,
    savedQuietly: (lines) => `${lines}: 保存しました。メールは送信していません。`,
    kept: (lines, email) => `${lines}: 担当者はすでに ${email} でした。`,
    skippedTitle: '除外された品目',
    skipped: (lines, why) => `${lines}: ${why}`,
    line: (lineId) => `品目 ${lineId}`,
    andMore: (count) => `ほか ${count} 件`,
    skippedWhy: {
      'point-of-no-return': '組織のオンボーディングはすでに完了しています。',
      cancelled: '注文品目はキャンセルされています。',
      'contact-undeliverable': 'このアドレスにはメールが届きません。',
      'resend-limit-reached': 'メールの上限に達しています。',
      'resend-too-soon': '別のメールを送信中でした。1 分後にもう一度お試しください。',
      'email-not-sent': 'メール サービスがメールを受け付けませんでした。もう一度お試しください。',
      'email-unconfirmed':
        'メール サービスからの応答を受け取れず、送信を確認できていません。担当者の変更は、送信が確認された時点で反映されます。もう一度試す前に、メールが届いているかどうかを担当者にご確認ください。',
      other: '変更できませんでした。',
    },
  },

  noAccess: {
    title: 'アクセス権がありません',
    text: 'お使いのアカウントには、この操作の権限がありません。注文者にお問い合わせください。',
    name: '氏名',
    email: 'メールアドレス',
    noRole: 'お使いのアカウントにはまだ権限がないため、表示できる内容がありません。',
    noRoleInstead:
      '会社のアカウント管理者に、閲覧（view）または再送信（resend）の権限をご依頼ください。その際は、次のアカウントをお伝えください。',
    account: 'お使いのアカウント',
    signOutInstead: 'サインアウトして、別のアカウントでサインインすることもできます。',
  },

  errors: {
    notFoundTitle: 'ページが見つかりません',
    notFound:
      'このページは存在しないか、貴社の注文ではありません。アドレスを確認するか、注文を検索してください。',
    cursorTitle: '一覧のこのページは表示できません',
    cursor: 'ページのアドレスが不完全です。最初のページからやり直してください。',
    forbiddenTitle: '要求は受け付けられませんでした',
    forbidden:
      'このコンソールのページからの要求ではないため、何も実行されませんでした。ページを開き直して、もう一度操作してください。',
    tooLargeTitle: '入力内容が多すぎます',
    tooLarge:
      'フォームの内容が受け付けられる大きさを超えているため、何も実行されませんでした。戻って入力内容を減らしてください。',
    internalTitle: 'サービスで問題が発生しました',
    internal:
      'しばらくしてから、もう一度お試しください。繰り返し発生する場合は、このお問い合わせ番号を管理者にお伝えください。',
    sessionEndedTitle: 'セッションが終了しました',
    sessionEnded: 'もう一度サインインしてください。何も送信・保存されていません。',
    sessionEndedKept:
      '入力した内容は保持されています。サインインすると再び表示されますので、内容を確認してください。',
    signInUnreachableTitle: 'サインイン サービスが応答しません',
    signInUnreachable:
      '現在、サインイン サービスに接続できません。しばらくしてから、もう一度お試しください。',
    signInUnfinishedTitle: 'サインインが完了しませんでした',
    signInUnfinished:
      '時間がかかりすぎたか、中断されたか、別のウィンドウで開始されました。もう一度サインインしてください。',
    accountTitle: 'このアカウントは使用できません',
    account:
      'このコンソールに必要なアカウント情報を、サインイン サービスから取得できませんでした。管理者にお問い合わせください。',
    toOrders: '注文一覧へ',
    retry: 'もう一度試す',
  },

  signOutPage: {
    title: 'サインアウトしました',
    text: 'このウィンドウは閉じてかまいません。',
    again: 'もう一度サインイン',
    confirmTitle: 'サインアウトしますか?',
    confirm: '注文を表示するには、もう一度サインインが必要です。',
    goingTitle: 'サインアウトしています…',
    going:
      'このコンソールからはサインアウトしました。画面が切り替わらない場合は、サインイン サービスでサインアウトを完了してください。',
    goOn: 'サインアウトを完了',
  },
};
